/** What a write stream has committed so far. */
export interface Committed {
  /** How many transactions it took. */
  readonly commits: number
  /**
   * Rows that were written, ignored or rejected: the first so many of the stream, for rows are committed in their order. So
   * the row with this index, counted from 0, is the first of which nothing is written.
   */
  readonly rows: number
  readonly inserted: number
  readonly updated: number
  readonly ignored: number
  readonly rejected: number
}
