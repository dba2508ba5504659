import { ignoreRejection } from '../scheduling/promise-like.js'
import type { AsyncOrigin } from './async-origin.js'

/** Rows that may have to be waited for. */
export class AsyncSource {
  readonly isAsync = true
  readonly #origin: AsyncOrigin
  readonly #iterator: AsyncIterator<unknown>
  readonly #stopWatching: () => void
  #isOver = false
  #failure: { readonly error: unknown } | undefined
  #onFailure: ((error: unknown) => void) | undefined

  constructor(origin: AsyncOrigin) {
    this.#origin = origin
    this.#iterator = origin.iterator
    this.#stopWatching = origin.watch((error) => this.#fail(error))
  }

  /** Has `listener` called when the source fails, whether or not it has been asked for a row. */
  set onFailure(listener: (error: unknown) => void) {
    this.#onFailure = listener
    if (this.#failure !== undefined) listener(this.#failure.error)
  }

  next(): Promise<IteratorResult<unknown>> {
    return this.#iterator.next()
  }

  /** The source has said that it is at its end, or has thrown: it need not be released. */
  end(): void {
    if (this.#isOver) return
    this.#isOver = true
    this.#stopWatching()
  }

  /**
   * Releases a source that is not at its end: no more rows will be taken. Not waited for: a generator that is in the
   * middle of a row learns of it when it comes to the next, and may never come to it.
   */
  release(): void {
    if (this.#isOver) return
    // It is watched on: a stream that is destroyed may fail at that, which is nobody's concern any more.
    this.#isOver = true
    try {
      ignoreRejection(this.#origin.giveUp())
    } catch {
      return
    }
  }

  #fail(error: unknown): void {
    if (this.#isOver) return
    this.#failure ??= { error }
    this.#onFailure?.(error)
  }
}
