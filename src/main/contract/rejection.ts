import type { QueryValue } from '../../protocol/query-value.js'
import type { ViolationCode } from '../../protocol/violation.js'

/** Why a row cannot be written, as far as encoding can tell. */
export type EncodeErrorCode = 'type' | 'range' | 'not-null' | 'serialize' | 'too-large' | 'unknown-column'

/**
 * Why a row was not written.
 *
 * - `type`: the value is not of a kind that the column takes, or the row is not an object.
 * - `range`: the column's type cannot hold the value without losing something of it.
 * - `not-null`: null, undefined or missing, for a NOT NULL column.
 * - `serialize`: JSON would lose something of the value, or replace it; or reading the row threw.
 * - `too-large`: a value of more than 256 MiB.
 * - `unknown-column`: the row has a property that no column takes, or a value one that no field of its STRUCT takes.
 * - `duplicate-key`: the table has its key, or an earlier row of the call.
 * - `unique`: the same, for a UNIQUE constraint or index.
 * - `check`: a CHECK constraint does not hold.
 * - `foreign-key`: the row that it refers to is missing, or it changes an indexed column of a row that others refer to.
 *
 * The last four, and `not-null` where a column's DEFAULT is NULL, only the database knows.
 */
export type RejectionCode = EncodeErrorCode | ViolationCode

/** What every rejection has. */
interface RejectedRow {
  /** Position of the row in what was given to `persist()`, from 0. */
  readonly index: number
  /**
   * The row itself, as it was given. Where only the database knew, and the rows were not an array or a Set of at most
   * 4,096: the row as it would have been written, with the values that `query()` reads.
   */
  readonly row: unknown
  /**
   * The column or property concerned; in a value of a nested type, where it is there, such as `address.zip` or `tags[3]`.
   * Absent when it is the row as a whole.
   */
  readonly column?: string
  readonly message: string
  /**
   * The row's key, with the values that `query()` reads; where only the database knew, and the table has a key. Of a store,
   * always.
   */
  readonly key?: Readonly<Record<string, QueryValue>>
}

/** What encoding alone knows. */
interface UnfitRow extends RejectedRow {
  /** The same, and where it is in JSON, such as `payload.items[3].price`; absent where it is the column as a whole. */
  readonly path?: string
  /** What user code threw while the row was read, if that is the reason. */
  readonly cause?: unknown
}

/** Properties that are never there, and so can be read before `code` is known. */
interface NoViolation {
  readonly constraint?: never
  readonly conflictIndex?: never
}

interface NoMisfit {
  readonly path?: never
  readonly cause?: never
}

/** A row that could not be encoded. */
interface EncodeRejection extends UnfitRow, NoViolation {
  readonly code: Exclude<EncodeErrorCode, 'not-null'>
}

/** A row without a value for a NOT NULL column: known when it is encoded, or by the database alone. */
interface NotNullRejection extends UnfitRow {
  readonly code: 'not-null'
  /** The constraint that the row breaks, as SQL; where only the database knew. */
  readonly constraint?: string
  readonly conflictIndex?: never
}

/** A row that breaks a constraint by itself, or with a row of another table. */
interface ConstraintRejection extends RejectedRow, NoMisfit {
  readonly code: 'check' | 'foreign-key'
  /** The constraint that the row breaks, as SQL. */
  readonly constraint: string
  readonly conflictIndex?: never
}

/** A row with the key, or the unique values, of another. */
interface DuplicateRejection extends RejectedRow, NoMisfit {
  readonly code: 'duplicate-key' | 'unique'
  /** The constraint that the row breaks, as SQL. */
  readonly constraint: string
  /** The index of the earlier row of the call that has the key; absent if the table has it. */
  readonly conflictIndex?: number
}

/** Why a row was not written; which properties there are follows from `code`. */
export type Rejection = EncodeRejection | NotNullRejection | ConstraintRejection | DuplicateRejection
