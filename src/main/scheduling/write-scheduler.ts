import { FifoLock } from '../../sync/fifo-lock.js'
import type { Call } from './call.js'
import { CallQueue } from './call-queue.js'
import type { Cancellation } from './cancellation.js'

/** Lets what writes run one after the other, in the order in which it was asked for. */
export class WriteScheduler {
  /** What runs or waits for its turn. */
  readonly queue: CallQueue = new CallQueue()
  readonly #lock = new FifoLock()
  #waiting = 0
  #running = 0
  /** How many of all may change what tables look like. */
  #changes = 0

  /** How many calls wait for their turn. */
  get waiting(): number {
    return this.#waiting
  }

  /** Whether anything runs or waits. */
  get isBusy(): boolean {
    return this.#waiting + this.#running > 0
  }

  /** Runs `task`, which may change what tables look like, when everything that asked before has ended. */
  async change<Result>(
    cancellation: Cancellation,
    what: string,
    task: (call: Call) => Promise<Result>,
    outer?: Call,
  ): Promise<Result> {
    this.#changes++
    try {
      return await this.acquire(cancellation, what, task, outer)
    } finally {
      this.#changes--
    }
  }

  /** Runs `task`, which is about what tables look like: at once, unless something that may change that has not ended. */
  afterChanges<Result>(
    cancellation: Cancellation,
    what: string,
    task: () => Promise<Result>,
  ): Promise<Result> {
    return this.#changes === 0 ? task() : this.acquire(cancellation, what, task)
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
    const ticket = this.#lock.enter()
    this.#waiting++
    try {
      await cancellation.guard(ticket.granted)
    } catch (error) {
      this.queue.leave(call)
      ticket.leave()
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
      ticket.leave()
    }
  }
}
