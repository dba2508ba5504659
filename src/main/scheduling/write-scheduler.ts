import type { Call } from './call.js'
import { CallQueue } from './call-queue.js'
import type { Cancellation } from './cancellation.js'

/** Gives whatever writes its turn, one after the other, in the order in which they asked. */
export class WriteScheduler {
  /** Whatever has a turn or waits for one. */
  readonly queue: CallQueue = new CallQueue()
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
   *
   * @param what - For messages: `run()`.
   * @throws TypeError if it would wait for itself: the code that calls it is that of a call which has its place here.
   */
  async acquire<Result>(
    cancellation: Cancellation,
    what: string,
    task: (call: Call) => Promise<Result>,
    outer?: Call,
  ): Promise<Result> {
    const call = this.queue.join(what, outer)
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
      this.queue.leave(call)
      end()
      throw error
    } finally {
      this.#waiting--
    }
    this.#running++
    try {
      return await task(call)
    } finally {
      this.#running--
      this.queue.leave(call)
      end()
    }
  }
}
