import { AsyncLocalStorage } from 'node:async_hooks'
import type { Call } from './call.js'

/** So many answers without a turn of the event loop make a source a quick one. */
const quickAnswers = 64

/** The call of which the present code is, and whatever it awaits. */
const storage = new AsyncLocalStorage<Call | undefined>()
/** Who needs the storage. While anybody does, every promise of the process costs 0.1 µs more. */
let users = 0

/** The call whose quick source is at work, until its microtasks are done. */
let quick: Call | undefined
let isTickPending = false

/** Which call the code that runs now is code of. */
export const codeInside = {
  get present(): Call | undefined {
    return quick ?? storage.getStore()
  },

  /** Runs code of a call; what it does later, after having awaited something, is code of the call as well. */
  async run<Result>(call: Call, work: () => Promise<Result>): Promise<Result> {
    users++
    try {
      return await storage.run(call, work)
    } finally {
      call.isRunningCode = false
      release()
    }
  },

  /** The source that is at work waits for others, who have their turn before it answers. */
  pause(): void {
    quick = undefined
  },

  /** Runs code that is nobody's: what it starts is shared with others. */
  leave<Result>(work: () => Result): Result {
    const before = quick
    quick = undefined
    try {
      return storage.run(undefined, work)
    } finally {
      quick = before
    }
  },
}

/**
 * Asks the source of a call for its rows, as code of the call.
 *
 * A row of an asynchronous source takes 0.6 times longer with an AsyncLocalStorage in use. So that is in use only for a
 * source that makes us wait for the event loop, and for the first answers of each. A source that has answered quickly
 * is at work until it answers, or until all microtasks are done: nothing else has had a turn by then.
 */
export class SourceCode {
  readonly #call: Call
  #answers = 0

  constructor(call: Call) {
    this.#call = call
    users++
  }

  ask<Answer>(source: { next(): Answer }): Answer {
    if (this.#answers < quickAnswers) return storage.run(this.#call, () => source.next())
    quick = this.#call
    if (!isTickPending) {
      isTickPending = true
      // A tick that is asked for by a microtask comes when there are no more of them.
      process.nextTick(endMicrotasks)
    }
    return source.next()
  }

  /** The source has answered; `isQuick` if it has not made the event loop turn. */
  recordAnswer(isQuick: boolean): void {
    quick = undefined
    if (!isQuick) this.reset()
    else if (++this.#answers === quickAnswers) release()
  }

  /** What comes next may be in one turn with others. */
  reset(): void {
    if (this.#answers >= quickAnswers) users++
    this.#answers = 0
  }

  end(): void {
    quick = undefined
    this.#call.isRunningCode = false
    if (this.#answers < quickAnswers) release()
    this.#answers = quickAnswers
  }
}

function endMicrotasks(): void {
  isTickPending = false
  quick = undefined
}

function release(): void {
  if (--users === 0) storage.disable()
}
