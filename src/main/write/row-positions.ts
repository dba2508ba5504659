/**
 * Where the rows that were written stand among all rows of a call. The worker counts only what it is given; rows that
 * could not be encoded come between.
 */
export class RowPositions {
  /** Indexes of the rows that were not written, ascending. */
  readonly #missing: number[] = []

  /** The row at `index` was not written. Indexes ascend. */
  skip(index: number): void {
    this.#missing.push(index)
  }

  /** The index, among all rows, of the row that was written as number `ordinal`, from 0. */
  indexOf(ordinal: number): number {
    // The first missing row that comes after it: before missing row m, `missing[m] - m` rows were written.
    let low = 0
    let high = this.#missing.length
    while (low < high) {
      const middle = (low + high) >>> 1
      if ((this.#missing[middle] ?? 0) - middle <= ordinal) low = middle + 1
      else high = middle
    }
    return ordinal + low
  }
}
