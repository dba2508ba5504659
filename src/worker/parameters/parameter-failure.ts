import { WorkerFailure } from '../failure.js'

/** @param cause - DuckDB's error, where there is one. */
export function parameterFailure(message: string, cause?: unknown): WorkerFailure {
  return new WorkerFailure({
    code: 'PERSIST_QUERY_FAILED',
    message,
    ...(cause instanceof Error ? { databaseMessage: cause.message } : {}),
  })
}
