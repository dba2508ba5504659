import type { QueryRow } from './query-value.js'

/** Why the database does not take a row. */
export type ViolationCode = 'not-null' | 'check' | 'foreign-key' | 'duplicate-key' | 'unique'

/** A row that the database does not take. */
export interface Violation {
  /** Position among the rows that were written to the transaction, from 0. */
  readonly ordinal: number
  readonly code: ViolationCode
  /** The constraint that the row breaks, as SQL. */
  readonly constraint: string
  /** The columns that the constraint is about, as far as they are known. */
  readonly columns: readonly string[]
  /** For a FOREIGN KEY that binds the row because others refer to it: the table of those. */
  readonly referringTable?: string
  /** Position of the row of the same call whose key this row has; absent when the table has it. */
  readonly conflictOrdinal?: number
  /** The row as it would have been written. */
  readonly row: QueryRow
}

export interface ViolationPage {
  readonly violations: readonly Violation[]
  readonly isLast: boolean
  /** As of a `ResultPage`. */
  readonly isDeep: boolean
}
