import type { EncodedBatch } from '../../protocol/batch-layout.js'
import type { Resolution } from '../../protocol/requests.js'

/** How the rows of one transaction get into their table. */
export interface WriteStrategy {
  append(batch: EncodedBatch): void
  /**
   * Decides about every row, and leaves the table as it is to be committed; called once, after the last batch.
   *
   * @param isAllOrNothing - Where a row is refused the transaction will be rolled back, and the table may be left alone.
   */
  resolve(isAllOrNothing: boolean): Promise<Resolution>
  /** After `resolve`: SQL of what it refused. */
  readonly refusals: RefusalQuery | undefined
  /** Nothing that is not part of the transaction yet will ever be. */
  discard(): void
}

/** SQL of the refused rows: `ordinal`, `rule`, `other`, and then every column of the row as `c0`, `c1`, ... */
export interface RefusalQuery {
  readonly sql: string
  /** What `rule` is an index into. */
  readonly rules: readonly Rule[]
}

/** A constraint, or the key that only this library keeps. */
export interface Rule {
  readonly code: 'not-null' | 'check' | 'foreign-key' | 'duplicate-key' | 'unique'
  readonly text: string
  readonly columns: readonly string[]
  /** For a FOREIGN KEY to the table that is written to: whose it is. */
  readonly referringTable?: string
}

export const nothingWritten: Resolution = { inserted: 0, updated: 0, ignored: 0, refused: 0 }
