import type { DecodedItem } from '../decode/batch-decoder.js'

/** Rows that are taken one by one. */
export interface RowReader {
  /** The next row; undefined where `advance` is to be awaited first. */
  take(): DecodedItem | undefined
  /** Waits until there is more to take. @returns false after the last row. */
  advance(): Promise<boolean>
}

/** Rows that are there already. */
export class RowList implements RowReader {
  readonly #rows: Iterator<DecodedItem>

  constructor(rows: Iterable<DecodedItem>) {
    this.#rows = rows[Symbol.iterator]()
  }

  take(): DecodedItem | undefined {
    return this.#rows.next().value
  }

  async advance(): Promise<boolean> {
    return false
  }
}
