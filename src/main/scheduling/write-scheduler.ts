import { Deferred } from '../../sync/deferred.js'
import type { Call } from './call.js'
import { CallQueue } from './call-queue.js'
import type { Cancellation } from './cancellation.js'
import { now } from './real-timers.js'
import { WriteOrder } from './write-order.js'
import { anything, everything, type WriteScope } from './write-scope.js'

/** A scope of which not all is known yet. */
export interface LateScope {
  /** More than it will turn out to be. */
  readonly atFirst: WriteScope
  /** Never rejects; undefined where it is all that. */
  readonly known: Promise<WriteScope> | undefined
}

/** Waits for another turn, for a wider scope, after everything else that has come meanwhile. */
export type Widen = (scope: WriteScope) => Promise<void>

/** Runs what writes in the order in which it was asked for, as far as one could see what another does. */
export class WriteScheduler {
  /** What runs or waits for its turn. */
  readonly queue: CallQueue = new CallQueue()
  readonly order: WriteOrder = new WriteOrder()
  /** In the order in which they began to wait. */
  readonly #waits = new Set<{ readonly since: number }>()
  /** How many of all may change what tables look like. */
  #changes = 0

  /** How many calls wait for their turn. */
  get waiting(): number {
    return this.#waits.size
  }

  /** When the first of them began to wait; undefined where none does. */
  get waitingSince(): number | undefined {
    const [first] = this.#waits
    return first?.since
  }

  /** Whether anything runs or waits. */
  get isBusy(): boolean {
    return !this.order.isEmpty
  }

  /** Runs `task`, which may change what tables look like, when everything that asked before has ended. */
  async change<Result>(
    cancellation: Cancellation,
    what: string,
    task: (call: Call) => Promise<Result>,
    outer?: Call,
  ): Promise<Result> {
    const end = this.beginChange()
    try {
      return await this.acquire(cancellation, what, everything, task, outer)
    } finally {
      end()
    }
  }

  /** What tables look like may change until the function that this returns is called. */
  beginChange(): () => void {
    this.#changes++
    return () => {
      this.#changes--
    }
  }

  /** Runs `task`, which is about what tables look like: at once, unless something that may change that has not ended. */
  afterChanges<Result>(
    cancellation: Cancellation,
    what: string,
    task: () => Promise<Result>,
  ): Promise<Result> {
    return this.#changes === 0 ? task() : this.acquire(cancellation, what, anything, task)
  }

  /**
   * Runs `task` when everything that asked before, and is in conflict with its scope, has ended.
   *
   * Cancelled while it waits, it gives up its place at once.
   *
   * @param what - For messages: `run()`.
   * @param scope - What it may change and look at, or as much as is known now.
   * @throws TypeError if it would wait for itself: the code that calls it is that of a call which has its place here.
   */
  async acquire<Result>(
    cancellation: Cancellation,
    what: string,
    scope: WriteScope | LateScope,
    task: (call: Call, widen: Widen) => Promise<Result>,
    outer?: Call,
  ): Promise<Result> {
    const { atFirst, known } = 'atFirst' in scope ? scope : { atFirst: scope, known: undefined }
    const call = this.queue.join(what, atFirst, outer)
    const granted = new Deferred<void>()
    const place = this.order.enter(atFirst, () => granted.resolve())
    const narrowed = known?.then((narrower) => {
      call.scope = narrower
      if (!place.hasLeft) this.order.narrow(place, narrower)
    })
    const leave = () => {
      this.queue.leave(call)
      this.order.leave(place)
    }
    const wait = { since: now() }
    this.#waits.add(wait)
    try {
      if (narrowed !== undefined) await cancellation.guard(narrowed)
      await cancellation.guard(granted.promise)
    } catch (error) {
      leave()
      throw error
    } finally {
      this.#waits.delete(wait)
    }
    const widen = async (wider: WriteScope) => {
      const widened = new Deferred<void>()
      const wait = { since: now() }
      call.scope = wider
      this.#waits.add(wait)
      try {
        this.order.widen(place, wider, () => widened.resolve())
        await cancellation.guard(widened.promise)
      } finally {
        this.#waits.delete(wait)
      }
    }
    try {
      return await task(call, widen)
    } finally {
      leave()
    }
  }
}
