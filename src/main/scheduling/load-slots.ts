import { Deferred } from '../../sync/deferred.js'

/** Lets so many loads in at a time, and the others in the order in which they came. */
export class LoadSlots {
  #free: number
  readonly #waiting: Deferred<void>[] = []

  /** @param slots - How many. */
  constructor(slots: number) {
    this.#free = slots
  }

  /** Resolves when there is a slot, which must be given back; `guard` may make it give up. */
  async take(guard: (taken: Promise<void>) => Promise<void>): Promise<void> {
    if (this.#free > 0) {
      this.#free--
      return
    }
    const waiter = new Deferred<void>()
    this.#waiting.push(waiter)
    try {
      await guard(waiter.promise)
    } catch (error) {
      const index = this.#waiting.indexOf(waiter)
      if (index === -1) this.giveBack()
      else this.#waiting.splice(index, 1)
      throw error
    }
  }

  giveBack(): void {
    const next = this.#waiting.shift()
    if (next === undefined) this.#free++
    else next.resolve()
  }
}
