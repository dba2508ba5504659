import type { Failure } from '../../protocol/failure.js'
import { PersistenceError } from '../contract/persistence-error.js'

/** Makes the error of a failure that crossed the threads as data; DuckDB's own message is its cause. */
export function reviveFailure(failure: Failure): PersistenceError {
  const { code, message, databaseMessage, isOutcomeUnknown } = failure
  const cause = databaseMessage === undefined ? {} : { cause: new Error(databaseMessage) }
  return new PersistenceError(code, message, { ...cause, isOutcomeUnknown })
}
