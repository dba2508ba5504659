import { ArraySource } from './array-source.js'

/** An array that rows are added to while it is being read, for as long as there are more whenever it is at its end. */
export class GrowingSource extends ArraySource {
  readonly #grow: () => boolean
  #isAtEnd = false

  /** @param grow - Adds rows to `rows`; where it returns false there are no more, and it is not called again. */
  constructor(rows: readonly unknown[], grow: () => boolean) {
    super(rows)
    this.#grow = grow
  }

  override advance(): boolean {
    if (super.advance()) return true
    if (this.#isAtEnd) return false
    this.#isAtEnd = !this.#grow()
    return !this.#isAtEnd && super.advance()
  }
}
