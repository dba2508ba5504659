import { isNativeError } from 'node:util/types'
import type { Committed } from '../contract/committed.js'
import { describeValue } from '../contract/describe-value.js'
import { PersistenceError } from '../contract/persistence-error.js'

/**
 * The error that a stream is destroyed with, for what a call has rejected with.
 *
 * @param committed - Is counted on until the stream is closed, and so until anybody sees the error.
 */
export function toStreamError(error: unknown, committed: Committed): Error {
  if (error instanceof PersistenceError) {
    const { code, message, rejection, isDataLost } = error
    const cause = 'cause' in error ? { cause: error.cause } : {}
    return new PersistenceError(code, message, { ...cause, rejection, isDataLost, committed })
  }
  if (error instanceof Error || isNativeError(error)) return error
  // A stream takes nothing but an error for one.
  return new Error(`The stream has failed: ${describeValue(error)} was thrown`, { cause: error })
}

export function streamClosed(committed: Committed): PersistenceError {
  const message = 'The service is closing or closed: the rows written since are not committed'
  return new PersistenceError('PERSIST_CLOSED', message, { committed })
}

/** What callbacks of `write()` are told whose rows a destroyed stream has dropped. */
export function streamDestroyed(committed: Committed): PersistenceError {
  const message = 'The stream was destroyed before the row was committed'
  return new PersistenceError('PERSIST_ABORTED', message, { committed })
}
