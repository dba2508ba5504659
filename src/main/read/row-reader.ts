import type { QueryRow } from '../../protocol/query-value.js'

/** Rows that are taken one by one. */
export interface RowReader {
  /** The next row; undefined where `advance` is to be awaited first. */
  take(): QueryRow | undefined
  /** Waits until there is more to take. @returns false after the last row. */
  advance(): Promise<boolean>
}

/** Rows that are there already. */
export class RowList implements RowReader {
  readonly #rows: Iterator<QueryRow>

  constructor(rows: Iterable<QueryRow>) {
    this.#rows = rows[Symbol.iterator]()
  }

  take(): QueryRow | undefined {
    return this.#rows.next().value
  }

  async advance(): Promise<boolean> {
    return false
  }
}
