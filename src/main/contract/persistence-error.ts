import type { PersistenceErrorCode } from '../../protocol/failure.js'
import type { Committed } from './committed.js'
import type { Rejection } from './rejection.js'

export interface PersistenceErrorDetails {
  readonly cause?: unknown
  readonly rejection?: Rejection | undefined
  readonly isDataLost?: boolean | undefined
  readonly committed?: Committed | undefined
  readonly isOutcomeUnknown?: boolean | undefined
}

/**
 * What can happen to a correct program. Match on `code`, not on the message or the class.
 *
 * Misuse, such as an option of the wrong type, is a `TypeError` or `RangeError` instead.
 */
export class PersistenceError extends Error {
  override readonly name = 'PersistenceError'
  /** What has led to it, such as DuckDB's own error. Declared here for applications that compile for ES2021. */
  declare readonly cause?: unknown
  /** Stable: see the heading of each in `docs/errors.md`. */
  readonly code: PersistenceErrorCode
  /** The first bad row, with `PERSIST_ROW_REJECTED`. */
  readonly rejection: Rejection | undefined
  /** True with `PERSIST_WORKER_LOST` where the database was `:memory:`: what it held is gone. */
  readonly isDataLost: boolean
  /**
   * True with `PERSIST_CONNECTION_LOST` where the COMMIT was under way: the rows are all written, or none of them is. A key
   * tells which.
   */
  readonly isOutcomeUnknown: boolean
  /** What a write stream had committed before; absent where the error is not one of a write stream. */
  readonly committed: Committed | undefined

  constructor(code: PersistenceErrorCode, message: string, details: PersistenceErrorDetails = {}) {
    super(message, 'cause' in details ? { cause: details.cause } : undefined)
    this.code = code
    this.rejection = details.rejection
    this.isDataLost = details.isDataLost ?? false
    this.isOutcomeUnknown = details.isOutcomeUnknown ?? false
    this.committed = details.committed
  }
}
