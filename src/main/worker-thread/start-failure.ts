import { PersistenceError } from '../contract/persistence-error.js'
import { WorkerClient } from './worker-client.js'

/** Why a thread does not even start, by the code of Node's error, and what to do about it. */
const remedies: Readonly<Record<string, string>> = {
  ERR_ACCESS_DENIED:
    'the permission model forbids it: run Node with --allow-worker, --allow-addons, and --allow-fs-read for node_modules',
  ERR_MODULE_NOT_FOUND:
    'a file of it is missing: a bundler must leave `duckpaddle`, `piscina` and `@duckdb/node-api` out (mark them as external)',
}
const sameRemedies: Readonly<Record<string, string>> = { MODULE_NOT_FOUND: 'ERR_MODULE_NOT_FOUND' }

/** Starts a worker thread. */
export function startClient(...parts: ConstructorParameters<typeof WorkerClient>): WorkerClient {
  try {
    return new WorkerClient(...parts)
  } catch (error) {
    throw toStartFailure(error)
  }
}

/**
 * What `open()` rejects with: a worker that cannot be started is not one that was lost.
 *
 * @param error - Of the thread's start, or of its first request.
 */
export function toStartFailure(error: unknown): unknown {
  const isLoss = error instanceof PersistenceError && error.code === 'PERSIST_WORKER_LOST'
  if (error instanceof PersistenceError && !isLoss) return error
  const cause = isLoss ? error.cause : error
  const code = cause instanceof Error && 'code' in cause ? String(cause.code) : ''
  const remedy = remedies[sameRemedies[code] ?? code]
  if (remedy === undefined || !(cause instanceof Error)) return error
  const message = `The worker thread cannot be started: ${remedy}: ${cause.message.split('\n', 1)[0]}`
  return new PersistenceError('PERSIST_OPEN_FAILED', message, { cause })
}
