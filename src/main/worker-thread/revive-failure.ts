import type { Failure } from '../../protocol/failure.js'
import { PersistenceError } from '../contract/persistence-error.js'

/** Makes the error of a failure that crossed the threads as data; DuckDB's own message is its cause. */
export function reviveFailure(failure: Failure): PersistenceError {
  const { code, message, databaseMessage } = failure
  return databaseMessage === undefined
    ? new PersistenceError(code, message)
    : new PersistenceError(code, message, { cause: new Error(databaseMessage) })
}
