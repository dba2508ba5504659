import { ignoreRejection } from '../scheduling/promise-like.js'
import type { RowStore } from './array-source.js'

/** Rows that are there when they are asked for. */
export class IteratorSource {
  readonly isAsync = false
  readonly store: RowStore | undefined = undefined
  readonly #iterator: Iterator<unknown>
  /** Nothing is to be released: it is at its end, has thrown, or has been. */
  #isOver = false
  row: unknown

  constructor(iterator: Iterator<unknown>) {
    this.#iterator = iterator
  }

  /** Moves to the next row; false at the end. */
  advance(): boolean {
    this.#isOver = true
    const { done, value } = this.#iterator.next()
    this.#isOver = done === true
    this.row = value
    return done !== true
  }

  /** Releases a source that is not at its end: no more rows will be taken. What it does about it does not matter. */
  release(): void {
    if (this.#isOver) return
    this.#isOver = true
    try {
      ignoreRejection(this.#iterator.return?.())
    } catch {
      return
    }
  }
}
