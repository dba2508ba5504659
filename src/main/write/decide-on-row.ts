import { describeValue } from '../contract/describe-value.js'
import type { OnRowError } from '../contract/persist-options.js'
import { PersistenceError } from '../contract/persistence-error.js'
import type { Rejection } from '../contract/rejection.js'
import type { RowError } from '../encode/row-error.js'
import { ignoreRejection } from '../scheduling/promise-like.js'

export function toRejection(
  index: number,
  row: unknown,
  { code, column, path, message, cause }: RowError,
): Rejection {
  return {
    index,
    row,
    code,
    message,
    ...(column === undefined ? {} : { column }),
    ...(path === undefined ? {} : { path }),
    ...(cause === undefined ? {} : { cause }),
  }
}

/** @throws TypeError for an answer that is none, such as a promise: there is no row to wait with. */
export function decideOnRow(rejection: Rejection, onRowError: OnRowError): 'skip' | 'abort' {
  const decision: unknown = typeof onRowError === 'function' ? onRowError(rejection) : onRowError
  if (decision === 'skip' || decision === 'abort') return decision
  ignoreRejection(decision)
  throw new TypeError(`Expected \`onRowError\` to return 'skip' or 'abort', got ${describeValue(decision)}`)
}

export function rowRejected(rejection: Rejection): PersistenceError {
  const { index, message, cause } = rejection
  return new PersistenceError('PERSIST_ROW_REJECTED', `Row ${index}: ${message}`, { cause, rejection })
}
