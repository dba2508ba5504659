/** The handlers that piscina calls by the names in `protocol/requests.ts`. */
import type { PersistenceErrorCode } from '../protocol/failure.js'
import type { Outcome, ReplyOf, RequestName, RequestOf } from '../protocol/requests.js'
import { Control } from './control.js'
import { toFailure, WorkerFailure } from './failure.js'
import { Session } from './session.js'
import { withTransfer } from './transfer.js'

let session: Session | undefined

type Handler<Name extends RequestName> = (request: RequestOf<Name>) => Promise<Outcome<ReplyOf<Name>>>

export const open: Handler<'open'> = handler(
  'PERSIST_OPEN_FAILED',
  'The database cannot be opened',
  async (request) => {
    const control = new Control(request.control)
    control.attach()
    try {
      session = await Session.open(request.path, request.config, control)
    } catch (error) {
      control.park()
      throw error
    }
    return { duckdbVersion: session.duckdbVersion }
  },
)

export const describe: Handler<'describe'> = handler(
  'PERSIST_QUERY_FAILED',
  'The table cannot be read',
  (request) => current().describe(request),
)

export const begin: Handler<'begin'> = handler(
  'PERSIST_WRITE_FAILED',
  'The transaction cannot begin',
  (request) => current().begin(request),
)

export const write: Handler<'write'> = async (request) => {
  const outcome = await appendBatch(request)
  return outcome.ok ? withTransfer(outcome, outcome.reply.buffer) : outcome
}

const appendBatch: Handler<'write'> = handler(
  'PERSIST_WRITE_FAILED',
  'DuckDB refused the rows',
  async (request) => {
    await current().transaction(request.transaction).write(request.batch)
    return { buffer: request.batch.buffer }
  },
)

export const resolve: Handler<'resolve'> = handler(
  'PERSIST_WRITE_FAILED',
  'DuckDB refused the rows',
  ({ transaction, isAllOrNothing }) => current().transaction(transaction).resolve(isAllOrNothing),
)

export const refusals: Handler<'refusals'> = handler(
  'PERSIST_WRITE_FAILED',
  'The refused rows cannot be read',
  ({ transaction }) => current().transaction(transaction).refusals(),
)

export const commit: Handler<'commit'> = handler(
  'PERSIST_WRITE_FAILED',
  'The commit failed',
  ({ transaction }) => current().commit(transaction),
)

export const rollback: Handler<'rollback'> = handler(
  'PERSIST_WRITE_FAILED',
  'The rollback failed',
  ({ transaction }) => current().rollback(transaction),
)

export const execute: Handler<'execute'> = handler('PERSIST_QUERY_FAILED', 'The query failed', (request) =>
  current().execute(request),
)

export const fetch: Handler<'fetch'> = handler(
  'PERSIST_QUERY_FAILED',
  'The result cannot be read',
  ({ cursor }) => current().fetch(cursor),
)

export const cancel: Handler<'cancel'> = handler(
  'PERSIST_QUERY_FAILED',
  'The query cannot be cancelled',
  ({ cursor }) => current().cancel(cursor),
)

export const checkpoint: Handler<'checkpoint'> = handler(
  'PERSIST_WRITE_FAILED',
  'The checkpoint failed',
  () => current().checkpoint(),
)

/** Also how an exiting process stops the worker: the stop word is set then, and whatever is running gives up. */
export const close: Handler<'close'> = handler(
  'PERSIST_WRITE_FAILED',
  'The database cannot be closed',
  (finalWrites) => current().close(finalWrites),
)

// Thrown past every handler, while DuckDB may be at work: to end the thread now would abort the process.
process.on('uncaughtException', (error) => void closeAndExit(error))
process.on('unhandledRejection', (error) => void closeAndExit(error))

async function closeAndExit(error: unknown): Promise<void> {
  console.error('duckpaddle: the worker ends for an error of its own:', error)
  await session?.close()
  process.exit(1)
}

function current(): Session {
  if (session !== undefined) return session
  throw new WorkerFailure({ code: 'PERSIST_WORKER_LOST', message: 'The worker has no database open' })
}

function handler<Name extends RequestName>(
  code: PersistenceErrorCode,
  message: string,
  handle: (request: RequestOf<Name>) => ReplyOf<Name> | Promise<ReplyOf<Name>>,
): Handler<Name> {
  return async (request) => {
    try {
      const reply = await handle(request)
      return { ok: true, reply }
    } catch (error) {
      return { ok: false, failure: toFailure(error, code, message) }
    }
  }
}
