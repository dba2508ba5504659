import type { EncodeErrorCode } from '../contract/rejection.js'

/** What is wrong with one value, or with a row as a whole. */
export interface EncodeError {
  readonly code: EncodeErrorCode
  /** Completes "Column `amount` (DOUBLE): ". */
  readonly reason: string
  /** The value inside of a nested one that it is about, such as `.zip` or `[3]`, and that value's type as SQL. */
  readonly place?: string
  readonly type?: string
  /** Where in that value it is, such as `.items[3]` of JSON; absent where it is the value itself. */
  readonly path?: string
  /** What user code threw, where it did. */
  readonly cause?: unknown
}

export function encodeError(code: EncodeErrorCode, reason: string, cause?: unknown): EncodeError {
  return { code, reason, cause }
}

/** Not the row's fault: the batch has no room for it. The row goes into the next batch. */
export const batchFull: EncodeError = encodeError('too-large', 'the batch is full')
