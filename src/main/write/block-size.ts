/** A block that takes longer is made of fewer rows, for a slice ends after a block. */
const longMs = 0.4
const shortMs = 0.2
const [fewestRows, mostRows] = [16, 8192]

/** How many rows are encoded at once by column: as many as have lately taken a small part of a slice. */
export class BlockSize {
  #rows = 64

  get rows(): number {
    return this.#rows
  }

  get isSmallest(): boolean {
    return this.#rows === fewestRows
  }

  /** There was no room for so many. */
  halve(): void {
    this.#rows = Math.max(fewestRows, this.#rows >> 1)
  }

  /** @param ms - How long so many rows took. */
  learn(rows: number, ms: number): void {
    if (ms > longMs) this.halve()
    else if (ms < shortMs && rows === this.#rows) this.#rows = Math.min(mostRows, this.#rows << 1)
  }
}
