import type { Failure } from '../protocol/failure.js'
import { WorkerFailure } from './failure.js'

/** What main is told where DuckDB's bindings, or the files of this worker, cannot be loaded. */
export function describeLoadFailure(error: unknown): Failure {
  if (error instanceof WorkerFailure) return error.failure
  const databaseMessage = error instanceof Error ? error.message : String(error)
  return {
    code: 'PERSIST_OPEN_FAILED',
    message: `DuckDB cannot be loaded: ${remedyFor(error)}: ${databaseMessage.split('\n', 1)[0]}`,
    databaseMessage,
  }
}

function remedyFor(error: unknown): string {
  const code = error instanceof Error && 'code' in error ? error.code : undefined
  if (code === 'ERR_DLOPEN_DISABLED') return 'allow native addons (--allow-addons)'
  if (code === 'ERR_MODULE_NOT_FOUND' || code === 'MODULE_NOT_FOUND') {
    return 'install the optional dependencies of @duckdb/node-bindings for this platform, and keep duckpaddle out of bundles'
  }
  return '@duckdb/node-bindings must be built for this platform and be readable'
}
