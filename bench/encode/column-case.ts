/** A column of one type, and the values that are encoded into it. */
export interface ColumnCase {
  /** The type, and what it is given where it takes several: `BIGINT from bigint`. */
  readonly name: string
  /** As in a table's definition. */
  readonly type: string
  make(index: number): unknown
  /** What DuckDB must say of the value, read back; `make` says it of the index and not of the value. */
  text(index: number): string | null
  /** SQL that makes this text of the column `value`; a cast by default. */
  readonly select?: string
  /** Work without which the value could not be encoded, done alone. */
  readonly baseline?: Baseline
}

export type Baseline = 'JSON.stringify alone' | 'Buffer.write alone' | 'typed array store alone'
