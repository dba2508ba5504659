// Before anything of DuckDB's is used.
import './instance/keep-byte-order-marks.js'
import { reportLoss } from '../process/report-loss.js'
import type { PersistenceErrorCode } from '../protocol/failure.js'
import type {
  Call,
  OpenRequest,
  Outcome,
  ReplyOf,
  RequestName,
  RequestOf,
  Result,
} from '../protocol/requests.js'
import type { ResultBatch } from '../protocol/result-batch.js'
import { collectGarbage } from './collect-garbage.js'
import { toFailure, WorkerFailure } from './failure.js'
import { packReply } from './pack-reply.js'
import { Session, type SessionHandlers } from './session.js'
import type { Shutdown } from './shutdown.js'
import { loadTransfer, withTransfer } from './transfer.js'

/** Answers a request; never rejects. */
export type Handle = (call: Call) => Promise<Outcome<unknown>>

/** What a request fails with where nothing better is known. */
const failures: Readonly<Record<RequestName, readonly [code: PersistenceErrorCode, message: string]>> = {
  open: ['PERSIST_OPEN_FAILED', 'The database cannot be opened'],
  describe: ['PERSIST_QUERY_FAILED', 'The table cannot be read'],
  constrain: ['PERSIST_QUERY_FAILED', 'The table cannot be read'],
  group: ['PERSIST_WRITE_FAILED', 'DuckDB refused the rows'],
  begin: ['PERSIST_WRITE_FAILED', 'DuckDB refused the rows'],
  addWriter: ['PERSIST_WRITE_FAILED', 'DuckDB refused the rows'],
  write: ['PERSIST_WRITE_FAILED', 'DuckDB refused the rows'],
  apply: ['PERSIST_WRITE_FAILED', 'DuckDB refused the rows'],
  violations: ['PERSIST_WRITE_FAILED', 'DuckDB refused the rows'],
  commit: ['PERSIST_WRITE_FAILED', 'The commit failed'],
  rollback: ['PERSIST_WRITE_FAILED', 'DuckDB refused the rows'],
  execute: ['PERSIST_QUERY_FAILED', 'The query failed'],
  fetch: ['PERSIST_QUERY_FAILED', 'The query failed'],
  cancel: ['PERSIST_QUERY_FAILED', 'The query failed'],
  checkpoint: ['PERSIST_WRITE_FAILED', 'The checkpoint failed'],
  health: ['PERSIST_QUERY_FAILED', 'The health of the database cannot be read'],
  close: ['PERSIST_WRITE_FAILED', 'The database cannot be closed'],
}

let session: Session | undefined

export function createHandle(shutdown: Shutdown): Handle {
  endOnStrayErrors()
  return async (call) => {
    const result = await answer(call, shutdown)
    if (!result.ok && result.failure.code === 'PERSIST_CONNECTION_LOST') session?.recordLostConnection()
    const outcome = { ...result, ...session?.takeNews() }
    return result.ok ? withTransfer(outcome, buffersOf(call, result)) : outcome
  }
}

/** What crosses without a copy: what goes back as it came, and the memory of results. */
function buffersOf(call: Call, result: Result<unknown>): readonly ArrayBuffer[] {
  if (call.name === 'write') return [call.request.batch.buffer]
  if (call.name === 'group') {
    return call.request.writers.flatMap(({ batches }) => batches.map(({ buffer }) => buffer))
  }
  if (!('reply' in result)) return []
  const batch = batchOf(Object(result.reply))
  return batch === undefined ? [] : buffersOfBatch(batch)
}

function buffersOfBatch({ buffer, collected = [] }: ResultBatch): ArrayBuffer[] {
  const columns = collected.flatMap(({ numbers, validity }) => (validity ? [numbers, validity] : numbers))
  return [buffer, ...columns]
}

function batchOf(reply: object): ResultBatch | undefined {
  if ('batch' in reply) return batchOf(Object(reply.batch))
  return 'pieces' in reply ? (reply as ResultBatch) : undefined
}

async function answer(call: Call, shutdown: Shutdown): Promise<Result<unknown>> {
  try {
    const reply = await (call.name === 'open' ? open(call.request, shutdown) : handle(current(), call))
    return isDeep(reply) ? { ok: true, packed: packReply(reply) } : { ok: true, reply }
  } catch (error) {
    const [code, message] = failures[call.name]
    return { ok: false, failure: toFailure(error, code, message) }
  }
}

async function open(request: OpenRequest, shutdown: Shutdown): Promise<ReplyOf<'open'>> {
  shutdown.attach()
  try {
    // While DuckDB opens the database, on another thread.
    const [opened] = await Promise.all([Session.open(request, shutdown), loadTransfer()])
    session = opened
    // The process began to exit meanwhile: what asked for a session to close has found none.
    if (shutdown.isStopping) await session.close({ finalWrites: [] })
    shutdown.checkStop()
  } catch (error) {
    if (shutdown.isStopping) await collectGarbage()
    shutdown.park()
    throw cannotBeOpened(error)
  }
  return { duckdbVersion: session.duckdbVersion, place: session.place }
}

/** Every other request is one of the session's methods, by its name. */
function handle<Name extends Exclude<RequestName, 'open'>>(
  handlers: SessionHandlers,
  { name, request }: { readonly name: Name; readonly request: RequestOf<Name> },
): ReplyOf<Name> | Promise<ReplyOf<Name>> {
  return handlers[name](request)
}

/** Whether a reply is nested so deeply that it is packed. */
function isDeep(reply: object | void): boolean {
  if (reply === undefined) return false
  if ('batch' in reply) return isDeep(Object(reply.batch))
  return 'isDeep' in reply && reply.isDeep === true
}

/**
 * A file that is not there, or is no database, is a question of opening it, whether for reading only or not; and one
 * that another process is writing to is locked.
 */
function cannotBeOpened(error: unknown): unknown {
  const failure = toFailure(error, 'PERSIST_OPEN_FAILED', 'The database cannot be opened')
  const { code } = failure
  if (code === 'PERSIST_READ_ONLY') return new WorkerFailure({ ...failure, code: 'PERSIST_OPEN_FAILED' })
  if (code === 'PERSIST_CONFLICT') return new WorkerFailure({ ...failure, code: 'PERSIST_DATABASE_LOCKED' })
  return new WorkerFailure(failure)
}

function current(): Session {
  if (session !== undefined) return session
  throw new WorkerFailure({ code: 'PERSIST_WORKER_LOST', message: 'The worker has no database open' })
}

/** Thrown past every handler, while DuckDB may be at work: to end the thread at once would abort the process. */
function endOnStrayErrors(): void {
  const end = async (error: unknown) => {
    reportLoss('the worker ends for an error of its own:', error)
    await session?.close({ finalWrites: [] })
    process.exit(1)
  }
  process.on('uncaughtException', (error) => void end(error))
  process.on('unhandledRejection', (error) => void end(error))
}
