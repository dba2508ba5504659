import type { Batch } from './batch.js'
import type { JsonGroup } from './json-group.js'

/**
 * The last rows of a batch, as long as the text of their JSON values is not made: they may turn out to be bad, or not
 * to fit. Then they are taken back, and encoded again one by one.
 */
export class RowGroup {
  readonly #columns: readonly JsonGroup[]
  /** Rows that are to be encoded one by one, for they were taken back. */
  #rowsAlone = 0

  /** @param columns - One for each JSON column; with none, no row ever waits. */
  constructor(columns: readonly JsonGroup[]) {
    this.#columns = columns
  }

  reset(): void {
    this.#rowsAlone = 0
    for (const column of this.#columns) {
      column.isOpen = false
      column.reset()
    }
  }

  /** From now on values belong to another row; those of JSON wait if there is nothing against it. */
  openRow(batch: Batch): void {
    // Rows without JSON are never taken back together.
    if (this.#columns.length > 0 && !this.#isRunning) batch.startGroup()
    for (const column of this.#columns) {
      column.startRow()
      column.isOpen = this.#rowsAlone === 0 && (column.count > 0 || column.isWorthwhile(batch))
    }
  }

  /** The row is in the batch. Returns whether it is time to settle. */
  closeRow(): boolean {
    if (this.#rowsAlone > 0) this.#rowsAlone--
    let isFull = false
    for (const column of this.#columns) {
      column.isOpen = false
      isFull ||= column.isFull
    }
    return isFull
  }

  /** What was taken of the row is to be written otherwise, or not at all. */
  dropRow(): void {
    for (const column of this.#columns) {
      column.isOpen = false
      column.dropRow()
    }
  }

  /** The row is bad, and will not come again. */
  rejectRow(): void {
    if (this.#rowsAlone > 0) this.#rowsAlone--
  }

  /** Makes the texts; returns how many rows are not in the batch any more, and have to be encoded again. */
  settle(batch: Batch): number {
    if (!this.#isRunning) return 0
    const isWritten = this.#columns.every((column) => column.writeTo(batch))
    for (const column of this.#columns) column.clear()
    if (isWritten) return 0
    this.#rowsAlone = batch.dropGroup()
    return this.#rowsAlone
  }

  get #isRunning(): boolean {
    for (const column of this.#columns) if (column.count > 0) return true
    return false
  }
}
