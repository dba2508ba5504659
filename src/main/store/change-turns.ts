import { Deferred } from '../../sync/deferred.js'

/** Has changes made in the order of their calls, where some are checked or made in slices. */
export class ChangeTurns {
  #calls = 0
  /** Calls whose changes take long, by their numbers: those of later calls come after them. */
  readonly #slow = new Map<number, Promise<void>>()

  /** Whether there are changes that take long. */
  get hasSlow(): boolean {
    return this.#slow.size > 0
  }

  /** The number of a call. */
  take(): number {
    return ++this.#calls
  }

  /** Has the changes of later calls wait until the returned function is called. */
  holdUp(number: number): () => void {
    const made = new Deferred<void>()
    this.#slow.set(number, made.promise)
    return () => {
      this.#slow.delete(number)
      made.resolve()
    }
  }

  /** Resolves when an earlier call has made its changes; undefined where all have that take long. */
  slowBefore(number: number): Promise<void> | undefined {
    for (const [other, made] of this.#slow) if (other < number) return made
    return undefined
  }
}
