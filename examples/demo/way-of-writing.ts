/** One of the ways that the page compares. */
export interface WayOfWriting {
  /** Rows that it writes, at most. */
  readonly totalRows: number
  /** Makes an empty table, which is not part of the time that is measured. */
  prepare(context: WritingContext): Promise<PreparedWriting>
}

export interface WritingContext {
  /** A file that does not exist yet, for a database of its own. */
  readonly file: string
  /** Ends the writing early, where that is possible. */
  readonly signal: AbortSignal
  /** To be told of rows as they are written. */
  countRows(rows: number): void
}

interface PreparedWriting {
  /** Resolves when the rows are committed. */
  write(): Promise<void>
  /** How many rows the table has. */
  countWritten(): Promise<number>
  close(): Promise<void>
}
