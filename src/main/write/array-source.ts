/** An array of more rows is a load of its own, which makes use of the whole worker. */
export const mostShortRows = 4096

/** What only a source can do whose rows are all there, and at rest. */
export interface RowStore {
  rowAt(index: number): unknown
  /** The last `rows` rows will be given again. */
  goBack(rows: number): void
}

export function isShort({ length }: ArraySource): boolean {
  return length <= mostShortRows
}

/** Rows that are all there. */
export class ArraySource implements RowStore {
  readonly isAsync = false
  readonly store: RowStore = this
  readonly #rows: readonly unknown[]
  #given = 0

  constructor(rows: readonly unknown[]) {
    this.#rows = rows
  }

  /** Moves to the next row; false at the end. */
  advance(): boolean {
    if (this.#given >= this.#rows.length) return false
    this.#given++
    return true
  }

  get length(): number {
    return this.#rows.length
  }

  get row(): unknown {
    return this.#rows[this.#given - 1]
  }

  rowAt(index: number): unknown {
    return this.#rows[index]
  }

  goBack(rows: number): void {
    this.#given -= rows
  }

  release(): void {}
}
