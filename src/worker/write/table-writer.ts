import type { EncodedBatch } from '../../protocol/batch-layout.js'
import type { CallOutcome } from '../../protocol/requests.js'

/** How the rows of one transaction get into their table. */
export interface TableWriter {
  append(batch: EncodedBatch): void
  /**
   * Decides about every row, and leaves the table as it is to be committed; called once, after the last batch.
   *
   * @param isAllOrNothing - Where a row is rejected the transaction will be rolled back, and the table may be left alone.
   */
  apply(isAllOrNothing: boolean): Promise<CallOutcome>
  /** After `apply`: SQL of what it rejected. */
  readonly violations: ViolationQuery | undefined
  /** Nothing that is not part of the transaction yet will ever be. */
  discard(): void
}

/** SQL of the rejected rows: `ordinal`, `violated`, `other`, and then every column of the row as `c0`, `c1`, ... */
export interface ViolationQuery {
  readonly sql: string
  /** What `violated` is an index into. */
  readonly constraints: readonly Constraint[]
}

/** A constraint, or the key that only this library keeps. */
export interface Constraint {
  readonly code: 'not-null' | 'check' | 'foreign-key' | 'duplicate-key' | 'unique'
  readonly text: string
  readonly columns: readonly string[]
  /** For a FOREIGN KEY to the table that is written to: whose it is. */
  readonly referringTable?: string
}

export const nothingWritten: CallOutcome = { inserted: 0, updated: 0, ignored: 0, rejected: 0 }
