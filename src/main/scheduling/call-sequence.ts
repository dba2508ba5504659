import { FifoLock } from '../../sync/fifo-lock.js'
import type { Call } from './call.js'
import { CallQueue, presentCall } from './call-queue.js'
import type { Cancellation } from './cancellation.js'
import { everything } from './write-scope.js'

/** What a call does when its turn comes. */
export interface Work<Result> {
  /** Of this call alone. */
  readonly cancellation: Cancellation
  run(call: Call): Promise<Result>
  /** Gives back what it was called with, where it fails. */
  release(): void
}

/**
 * Calls that run one after the other within another call, and fail together: once one has failed, none that comes after
 * it runs.
 */
export class CallSequence {
  readonly #outer: Call
  readonly #queue = new CallQueue()
  readonly #lock = new FifoLock()
  readonly #underWay = new Set<Promise<void>>()
  readonly #cancellation: Cancellation
  #failure: { readonly error: unknown } | undefined
  #isSealed = false
  /** None has failed, and none can any more. */
  #isDone = false

  /**
   * @param outer - What they are part of.
   * @param cancellation - Of all of them.
   */
  constructor(outer: Call, cancellation: Cancellation) {
    this.#outer = outer
    this.#cancellation = cancellation
  }

  /**
   * Runs a call after those before it. What it fails with is what all fail with, so nobody has to look at its promise.
   *
   * @param prepare - Called at once; what it throws is a failure of the call.
   */
  add<Result>(what: string, prepare: () => Work<Result>): Promise<Result> {
    const result = this.#run(what, prepare)
    // All is committed without it: what it fails with is nobody else's.
    if (this.#isDone) return result
    const end = () => {
      this.#underWay.delete(ended)
    }
    const ended = result.then(end, end)
    this.#underWay.add(ended)
    return result
  }

  /** Lets no more calls in, and waits for those that are under way. @throws what the first of all has failed with. */
  async finish(): Promise<void> {
    this.#isSealed = true
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
    if (this.#failure !== undefined) throw this.#failure.error
    this.#isDone = true
  }

  /** Ends what is under way; resolves when it has ended. */
  async abandon(error: unknown): Promise<void> {
    this.#isSealed = true
    this.#failure ??= { error }
    this.#cancellation.cancel(error)
    while (this.#underWay.size > 0) await Promise.all(this.#underWay)
  }

  async #run<Result>(what: string, prepare: () => Work<Result>): Promise<Result> {
    let work: Work<Result> | undefined
    try {
      work = prepare()
      this.#check()
      return await this.#runInTurn(what, work)
    } catch (error) {
      work?.release()
      if (!this.#isDone) this.#failure ??= { error }
      throw error
    }
  }

  async #runInTurn<Result>(what: string, work: Work<Result>): Promise<Result> {
    const call = this.#queue.join(what, everything, presentCall() ?? this.#outer)
    const ticket = this.#lock.enter()
    const stopListening = this.#cancellation.onCancel((error) => work.cancellation.cancel(error))
    try {
      await work.cancellation.guard(ticket.granted)
      if (this.#failure !== undefined) throw this.#failure.error
      return await work.run(call)
    } finally {
      stopListening()
      ticket.leave()
      this.#queue.leave(call)
    }
  }

  #check(): void {
    if (this.#failure !== undefined) throw this.#failure.error
    if (this.#isSealed) throw new TypeError(`${this.#outer.what} is over: nothing more can be part of it`)
  }
}
