import { Deferred } from '../../sync/deferred.js'
import { FifoLock } from '../../sync/fifo-lock.js'
import { describeValue } from '../contract/describe-value.js'
import type { Call } from '../scheduling/call.js'
import { CallQueue } from '../scheduling/call-queue.js'
import { codeInside } from '../scheduling/code-inside.js'
import { inSlices, SlicedLoop } from '../scheduling/sliced-loop.js'
import { everything } from '../scheduling/write-scope.js'
import { type BatchOperation, checkEntry, checkIterable, checkKey, checkOperation } from './check-change.js'
import { toJsonValue } from './json-value.js'
import type { Change, Layer } from './layer.js'
import { OverlayLayer } from './overlay-layer.js'

/** What a store needs of its keeper. */
export interface StoreHooks<T> {
  /** Waited for before every operation; undefined when there is nothing to wait for. Throws where none may begin. */
  readonly ready: () => Promise<void> | undefined
  /**
   * Has changes of a call that cannot be made at once made at an exit of the process.
   *
   * @param takeRest - Those that are not made yet; throws where the call would be refused.
   * @returns what takes it back.
   */
  readonly accept: (takeRest: () => readonly Change<T>[]) => () => void
  /** Called after every change; the operation resolves when this does. */
  readonly changed: () => Promise<void> | undefined
  /** How long, in milliseconds, a loop over many entries may hold the event loop. */
  readonly sliceBudgetMs: number
}

/**
 * Keys and JSON values in memory: what a store and the transactions on it have in common.
 *
 * A key is a string of at least one character. A value is whatever JSON holds: null, numbers, strings, booleans,
 * arrays, objects. What JSON makes something else of is kept as that, such as a Date as its ISO string. What it has no
 * place for is refused with a TypeError that names the key, and nothing changes: undefined, functions, symbols,
 * bigints, NaN, circles, Maps. A value is kept as it is, not copied: to change it in place is to change what is saved
 * next, and must be followed by a `set`.
 */
export class KeyValueStore<T = unknown> {
  readonly #layer: Layer<T>
  readonly #hooks: StoreHooks<T>
  readonly #transactions = new CallQueue()
  readonly #transactionLock = new FifoLock()
  #changes = 0
  /** Calls whose changes are checked or made in slices, by their numbers: those of later calls come after them. */
  readonly #slow = new Map<number, Promise<void>>()

  /** @internal */
  constructor(layer: Layer<T>, hooks: StoreHooks<T>) {
    this.#layer = layer
    this.#hooks = hooks
  }

  /** The value of a key; undefined if there is none. */
  async get(key: string): Promise<T | undefined> {
    checkKey(key)
    const opening = this.#hooks.ready()
    if (opening !== undefined) await opening
    return this.#layer.get(key)
  }

  async has(key: string): Promise<boolean> {
    checkKey(key)
    const opening = this.#hooks.ready()
    if (opening !== undefined) await opening
    return this.#layer.has(key)
  }

  /** @throws TypeError, as a rejection, for a key or value that is none. */
  async set(key: string, value: T): Promise<void> {
    checkKey(key)
    await this.#change({ type: 'set', key, value: toJsonValue(key, value) })
  }

  /** Resolves to true if the key was there. */
  async delete(key: string): Promise<boolean> {
    checkKey(key)
    let wasThere = false
    await this.#change({ type: 'delete', key }, () => {
      wasThere = this.#layer.has(key)
    })
    return wasThere
  }

  async clear(): Promise<void> {
    await this.#change({ type: 'clear' })
  }

  /** How many entries there are. */
  async size(): Promise<number> {
    const opening = this.#hooks.ready()
    if (opening !== undefined) await opening
    return this.#layer.size
  }

  /** The values of those keys that are there. */
  async getMany(keys: Iterable<string>): Promise<Map<string, T>> {
    checkIterable('the keys', keys)
    const wanted = [...keys]
    for (const key of wanted) checkKey(key)
    const opening = this.#hooks.ready()
    if (opening !== undefined) await opening
    const found = new Map<string, T>()
    const loop = new SlicedLoop(wanted, this.#hooks.sliceBudgetMs, (key) => {
      const value = this.#layer.get(key)
      if (value !== undefined) found.set(key, value)
    })
    await loop.run()
    return found
  }

  /**
   * Sets all entries, or, where one is refused, none. For very many this takes turns with the rest of the program,
   * which can so see some of them, or close the store meanwhile; `batch()` does not.
   */
  async setMany(entries: Iterable<readonly [string, T]>): Promise<void> {
    checkIterable('the entries', entries)
    await this.#changeMany(entries, checkEntry<T>, (changes, apply) => this.#inSlices(changes, apply))
  }

  /** Deletes those keys that are there, and resolves to how many. */
  async deleteMany(keys: Iterable<string>): Promise<number> {
    checkIterable('the keys', keys)
    const check = (key: string) => {
      checkKey(key)
      return { type: 'delete', key } as const
    }
    let count = 0
    await this.#changeMany([...keys], check, (changes, apply) =>
      this.#inSlices(changes, (change) => {
        if (this.#layer.has(change.key)) count++
        apply(change)
      }),
    )
    return count
  }

  /** Makes all changes at once, or, where one is refused, none. */
  async batch(operations: Iterable<BatchOperation<T>>): Promise<void> {
    checkIterable('the operations', operations)
    await this.#changeMany(operations, checkOperation, (changes, apply) => {
      for (const change of changes) apply(change)
      return undefined
    })
  }

  /** The keys as they are when the first is asked for, whatever changes meanwhile. */
  async *keys(): AsyncGenerator<string> {
    for await (const [key] of this.entries()) yield key
  }

  /** The values as they are when the first is asked for, whatever changes meanwhile. */
  async *values(): AsyncGenerator<T> {
    for await (const [, value] of this.entries()) yield value
  }

  /** The entries as they are when the first is asked for, whatever changes meanwhile. */
  async *entries(): AsyncGenerator<[key: string, value: T]> {
    const opening = this.#hooks.ready()
    if (opening !== undefined) await opening
    for await (const [key, value] of inSlices(this.#layer.snapshot(), this.#hooks.sliceBudgetMs))
      yield [key, value]
  }

  [Symbol.asyncIterator](): AsyncGenerator<[key: string, value: T]> {
    return this.entries()
  }

  /**
   * Calls `work` with a store whose changes nobody else sees until it resolves; then all are made at once. Where it
   * rejects, none is, and so does this. Transactions run one after the other, other operations meanwhile. They may be
   * nested, by `transaction()` of the store that `work` is given, which is not to be used after `work` has settled.
   *
   * @throws TypeError, as a rejection, if it would wait for itself: if `work` calls this of the store that its
   * transaction is on, or of a store whose transaction waits for it in turn.
   */
  async transaction<Result>(work: (store: KeyValueStore<T>) => Promise<Result>): Promise<Result> {
    if (typeof work !== 'function') {
      throw new TypeError(`Expected the work of a transaction to be a function, got ${describeValue(work)}`)
    }
    if (this.#transactions.isRunningCode) {
      throw new TypeError('A transaction on this store is under way: use the store that it was given')
    }
    const call = this.#transactions.join('transaction()', everything)
    return this.#transactionLock
      .run(() => this.#transact(work, call))
      .finally(() => this.#transactions.leave(call))
  }

  async #change(change: Change<T>, before?: () => void): Promise<void> {
    const number = ++this.#changes
    const opening = this.#hooks.ready()
    if (opening !== undefined || this.#slowBefore(number) !== undefined) {
      const forget = this.#hooks.accept(() => [change])
      try {
        // Here and below, not by a function of its own: calls that wait for the same go on in their order.
        if (opening !== undefined) await opening
        for (let slow = this.#slowBefore(number); slow; slow = this.#slowBefore(number)) await slow
        // Throws where the store is being closed.
        if (opening === undefined) void this.#hooks.ready()
      } finally {
        forget()
      }
    }
    before?.()
    this.#layer.apply([change])
    await this.#hooks.changed()
  }

  /** @param make - Applies all changes, and may take turns with the rest of the program. */
  async #changeMany<Item, Checked extends Change<T>>(
    items: Iterable<Item>,
    check: (item: Item) => Checked,
    make: (changes: readonly Checked[], apply: (change: Checked) => void) => Promise<void> | undefined,
  ): Promise<void> {
    const changes: Checked[] = []
    let made = 0
    const checking = new SlicedLoop(items, this.#hooks.sliceBudgetMs, (item) => changes.push(check(item)))
    const forget = this.#hooks.accept(() => {
      checking.finish()
      return changes.slice(made)
    })
    const number = ++this.#changes
    let release: (() => void) | undefined
    try {
      const beingChecked = checking.run()
      if (beingChecked !== undefined) {
        release = this.#holdUp(number)
        await beingChecked
      }
      const opening = this.#hooks.ready()
      if (opening !== undefined) await opening
      for (let slow = this.#slowBefore(number); slow; slow = this.#slowBefore(number)) await slow
      const beingMade = make(changes, (change) => {
        this.#layer.apply([change])
        made++
      })
      if (beingMade !== undefined) {
        release ??= this.#holdUp(number)
        await beingMade
      }
    } finally {
      forget()
      release?.()
    }
    if (changes.length > 0) await this.#hooks.changed()
  }

  /** Has the changes of later calls wait until the returned function is called. */
  #holdUp(number: number): () => void {
    const made = new Deferred<void>()
    this.#slow.set(number, made.promise)
    return () => {
      this.#slow.delete(number)
      made.resolve()
    }
  }

  /** Resolves when an earlier call has made its changes; undefined where all have that take long. */
  #slowBefore(number: number): Promise<void> | undefined {
    for (const [other, made] of this.#slow) if (other < number) return made
    return undefined
  }

  #inSlices<Checked extends Change<T>>(
    changes: readonly Checked[],
    apply: (change: Checked) => void,
  ): Promise<void> | undefined {
    const { ready, sliceBudgetMs } = this.#hooks
    const loop = new SlicedLoop(changes, sliceBudgetMs, (change) => {
      // Throws where the store is being closed.
      void ready()
      apply(change)
    })
    return loop.run()
  }

  async #transact<Result>(work: (store: KeyValueStore<T>) => Promise<Result>, call: Call): Promise<Result> {
    const opening = this.#hooks.ready()
    if (opening !== undefined) await opening
    const overlay = new OverlayLayer(this.#layer)
    const ready = () => {
      if (!call.isRunningCode)
        throw new TypeError('The transaction is over: its store cannot be used any more')
      return undefined
    }
    // What ends with the process before the work does is not accepted.
    const accept = () => () => undefined
    const { sliceBudgetMs } = this.#hooks
    const store = new KeyValueStore<T>(overlay, { ready, accept, changed: () => undefined, sliceBudgetMs })
    const result = await codeInside.run(call, () => work(store))
    // A transaction that this one is part of may be over meanwhile.
    void this.#hooks.ready()
    const changes = [...overlay.changes()]
    this.#layer.apply(changes)
    if (changes.length > 0) await this.#hooks.changed()
    return result
  }
}
