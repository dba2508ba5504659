// Before anything of DuckDB's is used.
import './instance/keep-byte-order-marks.js'
import type { PersistenceErrorCode } from '../protocol/failure.js'
import type { Call, Outcome, ReplyOf, RequestName, RequestOf, Result } from '../protocol/requests.js'
import { collectGarbage } from './collect-garbage.js'
import { toFailure, WorkerFailure } from './failure.js'
import { packReply } from './pack-reply.js'
import { Session } from './session.js'
import type { Shutdown } from './shutdown.js'
import { withTransfer } from './transfer.js'

/** Answers a request; never rejects. */
export type Handle = (call: Call) => Promise<Outcome<unknown>>

interface Handler<Name extends RequestName> {
  /** What it fails with where nothing better is known. */
  readonly code: PersistenceErrorCode
  readonly message: string
  handle(request: RequestOf<Name>): ReplyOf<Name> | Promise<ReplyOf<Name>>
  /** Whether a reply is nested so deeply that it is packed. */
  isDeep?(reply: ReplyOf<Name>): boolean
}

type Handlers = { readonly [Name in RequestName]: Handler<Name> }

const writeFailed = { code: 'PERSIST_WRITE_FAILED', message: 'DuckDB refused the rows' } as const
const queryFailed = { code: 'PERSIST_QUERY_FAILED', message: 'The query failed' } as const

let session: Session | undefined

export function createHandle(shutdown: Shutdown): Handle {
  const handlers = createHandlers(shutdown)
  endOnStrayErrors()
  return async ({ name, request }) => {
    const result = await answer(handlers, name, request)
    const outcome = { ...result, ...session?.takeNews() }
    return name === 'write' && 'reply' in result ? withTransfer(outcome, request.batch.buffer) : outcome
  }
}

function createHandlers(shutdown: Shutdown): Handlers {
  return {
    open: {
      code: 'PERSIST_OPEN_FAILED',
      message: 'The database cannot be opened',
      async handle(request) {
        shutdown.attach()
        try {
          session = await Session.open(request, shutdown)
          // The process began to exit meanwhile: what asked for a session to close has found none.
          if (shutdown.isStopping) await session.close({ finalWrites: [] })
          shutdown.checkStop()
        } catch (error) {
          if (shutdown.isStopping) await collectGarbage()
          shutdown.park()
          throw cannotBeOpened(error)
        }
        return { duckdbVersion: session.duckdbVersion, place: session.place }
      },
    },
    describe: {
      code: 'PERSIST_QUERY_FAILED',
      message: 'The table cannot be read',
      handle: (request) => current().describe(request),
    },
    begin: { ...writeFailed, handle: (request) => current().begin(request) },
    write: {
      ...writeFailed,
      async handle({ transaction, batch }) {
        await current().transaction(transaction).write(batch)
        return { buffer: batch.buffer }
      },
    },
    apply: {
      ...writeFailed,
      handle: ({ transaction, isAllOrNothing }) => current().transaction(transaction).apply(isAllOrNothing),
    },
    violations: {
      ...writeFailed,
      handle: ({ transaction }) => current().transaction(transaction).violations(),
      isDeep: (page) => page.isDeep,
    },
    commit: {
      code: 'PERSIST_WRITE_FAILED',
      message: 'The commit failed',
      handle: ({ transaction }) => current().commit(transaction),
    },
    rollback: { ...writeFailed, handle: ({ transaction }) => current().rollback(transaction) },
    execute: {
      ...queryFailed,
      handle: (request) => current().execute(request),
      isDeep: (reply) => reply.executed && reply.page.isDeep,
    },
    fetch: {
      ...queryFailed,
      handle: ({ cursor }) => current().fetch(cursor),
      isDeep: (page) => page.isDeep,
    },
    cancel: { ...queryFailed, handle: ({ cursor }) => current().cancel(cursor) },
    checkpoint: {
      code: 'PERSIST_WRITE_FAILED',
      message: 'The checkpoint failed',
      handle: () => current().checkpoint(),
    },
    // Also how an exiting process stops the worker: the stop word is set then, and whatever is running gives up.
    close: {
      code: 'PERSIST_WRITE_FAILED',
      message: 'The database cannot be closed',
      handle: (request) => current().close(request),
    },
  }
}

async function answer<Name extends RequestName>(
  handlers: Handlers,
  name: Name,
  request: RequestOf<Name>,
): Promise<Result<ReplyOf<Name>>> {
  const { code, message, handle, isDeep } = handlers[name]
  try {
    const reply = await handle(request)
    return isDeep?.(reply) === true ? { ok: true, packed: packReply(reply) } : { ok: true, reply }
  } catch (error) {
    return { ok: false, failure: toFailure(error, code, message) }
  }
}

/** A file that is not there, or is no database, is a question of opening it, whether for reading only or not. */
function cannotBeOpened(error: unknown): unknown {
  const failure = toFailure(error, 'PERSIST_OPEN_FAILED', 'The database cannot be opened')
  const isReadOnly = failure.code === 'PERSIST_READ_ONLY'
  return new WorkerFailure(isReadOnly ? { ...failure, code: 'PERSIST_OPEN_FAILED' } : failure)
}

function current(): Session {
  if (session !== undefined) return session
  throw new WorkerFailure({ code: 'PERSIST_WORKER_LOST', message: 'The worker has no database open' })
}

/** Thrown past every handler, while DuckDB may be at work: to end the thread at once would abort the process. */
function endOnStrayErrors(): void {
  const end = async (error: unknown) => {
    console.error('duckpaddle: the worker ends for an error of its own:', error)
    await session?.close({ finalWrites: [] })
    process.exit(1)
  }
  process.on('uncaughtException', (error) => void end(error))
  process.on('unhandledRejection', (error) => void end(error))
}
