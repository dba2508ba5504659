import type { Cancellation } from './cancellation.js'

/** Gives whatever writes its turn, one after the other, in the order in which they asked. */
export class Turns {
  #last: Promise<void> = Promise.resolve()
  #waiting = 0
  #running = 0

  /** How many have asked and not had their turn yet. */
  get waiting(): number {
    return this.#waiting
  }

  /** Whether anybody has a turn, or waits for one. */
  get isBusy(): boolean {
    return this.#waiting + this.#running > 0
  }

  /**
   * Runs `task` when everything that asked before has ended.
   *
   * Cancelled while it waits, it gives up its place at once.
   */
  async take<Result>(cancellation: Cancellation, task: () => Promise<Result>): Promise<Result> {
    const previous = this.#last
    let end = () => {}
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    // Whoever comes next waits for all before it, also where this one gives up.
    this.#last = previous.then(() => ended)
    this.#waiting++
    try {
      await cancellation.guard(previous)
    } catch (error) {
      end()
      throw error
    } finally {
      this.#waiting--
    }
    this.#running++
    try {
      return await task()
    } finally {
      this.#running--
      end()
    }
  }
}
