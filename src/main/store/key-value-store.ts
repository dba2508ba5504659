import { FifoLock } from '../../sync/fifo-lock.js'
import { describeValue } from '../contract/describe-value.js'
import type { Call } from '../scheduling/call.js'
import { CallQueue } from '../scheduling/call-queue.js'
import { codeInside } from '../scheduling/code-inside.js'
import { inSlices, SlicedLoop } from '../scheduling/sliced-loop.js'
import { everything } from '../scheduling/write-scope.js'
import { ChangeTurns } from './change-turns.js'
import {
  type BatchOperation,
  checkEntry,
  checkIterable,
  checkKey,
  checkOperation,
  checkSetOptions,
  type SetOptions,
  toSetChange,
} from './check-change.js'
import { type KeyRange, type ResolvedRange, resolveRange } from './key-range.js'
import { type Change, type Layer, takeFirst } from './layer.js'
import { OverlayLayer } from './overlay-layer.js'
import type { StoreHooks } from './store-hooks.js'
import { orderLayer, StoreReader } from './store-reader.js'

/** Of so many, those in a range are found and cleared at once, as all are. */
const fewEntries = 4096

/**
 * Keys and JSON values in memory: what a store and the transactions on it have in common.
 *
 * A key is a string. A value is whatever JSON holds: null, numbers, strings, booleans, arrays, objects; or it is bytes, a
 * `Uint8Array`, but not within an object. What JSON makes something else of is kept as that, such as a Date as its ISO string. What it has no
 * place for is refused with a TypeError that names the key, and nothing changes: undefined, functions, symbols,
 * bigints, NaN, circles, Maps. A value is kept as it is, not copied: to change it in place is to change what is saved
 * next, and must be followed by a `set`.
 */
export class KeyValueStore<T = unknown> extends StoreReader<T> {
  readonly #layer: Layer<T>
  readonly #hooks: StoreHooks<T>
  readonly #transactions = new CallQueue()
  readonly #transactionLock = new FifoLock()
  readonly #turns = new ChangeTurns()

  /** @internal */
  constructor(layer: Layer<T>, hooks: StoreHooks<T>) {
    super(layer, hooks)
    this.#layer = layer
    this.#hooks = hooks
  }

  /** @throws TypeError or RangeError, as a rejection, for a key, value or option that is none. */
  async set(key: string, value: T, options?: SetOptions): Promise<void> {
    checkKey(key)
    await this.#change(toSetChange(key, value, checkSetOptions(options)))
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

  /**
   * Deletes all entries, or those in a range. For very many in a range this takes turns with the rest of the program, which
   * can so see some of them.
   */
  async clear(range?: KeyRange): Promise<void> {
    await (range === undefined ? this.#change({ type: 'clear' }) : this.#clearRange(resolveRange(range)))
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
    const turn = this.#turns.take()
    const opening = this.#hooks.ready()
    if (opening !== undefined || this.#turns.slowBefore(turn) !== undefined) {
      const forget = this.#hooks.accept(() => [change])
      try {
        // Here and below, not by a function of its own: calls that wait for the same go on in their order.
        if (opening !== undefined) await opening
        for (let slow = this.#turns.slowBefore(turn); slow; slow = this.#turns.slowBefore(turn)) await slow
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
    const turn = this.#turns.take()
    let release: (() => void) | undefined
    try {
      const beingChecked = checking.run()
      if (beingChecked !== undefined) {
        release = this.#turns.holdUp(turn)
        await beingChecked
      }
      const opening = this.#hooks.ready()
      if (opening !== undefined) await opening
      for (let slow = this.#turns.slowBefore(turn); slow; slow = this.#turns.slowBefore(turn)) await slow
      const beingMade = make(changes, (change) => {
        this.#layer.apply([change])
        made++
      })
      if (beingMade !== undefined) {
        release ??= this.#turns.holdUp(turn)
        await beingMade
      }
    } finally {
      forget()
      release?.()
    }
    if (changes.length > 0) await this.#hooks.changed()
  }

  async #clearRange(range: ResolvedRange): Promise<void> {
    const isOpen = this.#hooks.ready() === undefined
    if (isOpen && !this.#turns.hasSlow && this.#layer.size <= fewEntries) {
      await this.#change({ type: 'clear', range })
    } else await this.#clearManyIn(range)
  }

  async #clearManyIn(range: ResolvedRange): Promise<void> {
    let keys: string[] | undefined
    let made = 0
    const toDelete = (key: string) => ({ type: 'delete', key }) as const
    const forget = this.#hooks.accept(() => keys?.slice(made).map(toDelete) ?? [{ type: 'clear', range }])
    const turn = this.#turns.take()
    const release = this.#turns.holdUp(turn)
    try {
      const opening = this.#hooks.ready()
      if (opening !== undefined) await opening
      for (let slow = this.#turns.slowBefore(turn); slow; slow = this.#turns.slowBefore(turn)) await slow
      await orderLayer(this.#layer, this.#hooks.sliceBudgetMs)
      const found: string[] = []
      const entries = takeFirst(this.#layer.ordered(range), range.limit)
      for await (const [key] of inSlices(entries, this.#hooks.sliceBudgetMs)) found.push(key)
      keys = found
      await this.#inSlices(found.map(toDelete), (change) => {
        this.#layer.apply([change])
        made++
      })
    } finally {
      forget()
      release()
    }
    if (made > 0) await this.#hooks.changed()
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
    const hooks = { ready, checkOpen: ready, accept, changed: () => undefined, sliceBudgetMs }
    const store = new KeyValueStore<T>(overlay, hooks)
    const result = await codeInside.run(call, () => work(store))
    // A transaction that this one is part of may be over meanwhile.
    void this.#hooks.ready()
    const changes = [...overlay.changes()]
    this.#layer.apply(changes)
    if (changes.length > 0) await this.#hooks.changed()
    return result
  }
}
