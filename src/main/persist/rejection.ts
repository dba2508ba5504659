import type { EncodingFaultCode } from '../encode/fault.js'

/**
 * Why a row was not written.
 *
 * - `type`: the value is not of a kind that the column takes, or the row is not an object.
 * - `range`: the column's type cannot hold the value without losing something of it.
 * - `not-null`: null, undefined or missing, for a NOT NULL column.
 * - `serialize`: the value has no JSON, or reading the row threw.
 * - `too-large`: a value of more than 256 MiB.
 * - `unknown-column`: the row has a property that no column takes.
 */
export type RejectionCode = EncodingFaultCode

/** The verdict on a row that was not written. */
export interface Rejection {
  /** Position of the row in what was given to `persist()`, from 0. */
  readonly index: number
  /** The row itself, as it was given. */
  readonly row: unknown
  /** The column or property concerned; absent when it is the row as a whole. */
  readonly column?: string
  readonly code: RejectionCode
  readonly message: string
  /** What user code threw while the row was read, if that is the reason. */
  readonly cause?: unknown
}
