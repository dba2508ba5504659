import { describeValue } from '../describe-value.js'
import type { Call } from '../persist/call.js'
import { CallQueue } from '../persist/call-queue.js'
import { codeInside } from '../persist/code-inside.js'
import { inSlices } from './in-slices.js'
import { toJsonValue } from './json-value.js'
import type { Change, Layer } from './layer.js'
import { OverlayLayer } from './overlay-layer.js'

/** One operation of `batch()`. */
export type BatchOperation<T> =
  | { readonly type: 'set'; readonly key: string; readonly value: T }
  | { readonly type: 'delete'; readonly key: string }
  | { readonly type: 'clear' }

/** What a store needs of whoever keeps it. */
export interface StoreHooks {
  /** Waited for before every operation; undefined when there is nothing to wait for. Throws where none may begin. */
  readonly ready: () => Promise<void> | undefined
  /** Told of every change that was made; the operation resolves when this does. */
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
  readonly #hooks: StoreHooks
  readonly #transactions = new CallQueue()
  #lastTransaction: Promise<void> = Promise.resolve()

  /** @internal */
  constructor(layer: Layer<T>, hooks: StoreHooks) {
    this.#layer = layer
    this.#hooks = hooks
  }

  /** The value of a key; undefined if there is none. */
  async get(key: string): Promise<T | undefined> {
    checkKey(key)
    await this.#hooks.ready()
    return this.#layer.get(key)
  }

  async has(key: string): Promise<boolean> {
    checkKey(key)
    await this.#hooks.ready()
    return this.#layer.has(key)
  }

  /** @throws TypeError, as a rejection, for a key or value that is none. */
  async set(key: string, value: T): Promise<void> {
    checkKey(key)
    const checked = toJsonValue(key, value)
    await this.#hooks.ready()
    this.#layer.apply([{ type: 'set', key, value: checked }])
    await this.#hooks.changed()
  }

  /** Resolves to true if the key was there. */
  async delete(key: string): Promise<boolean> {
    checkKey(key)
    await this.#hooks.ready()
    const wasThere = this.#layer.has(key)
    this.#layer.apply([{ type: 'delete', key }])
    await this.#hooks.changed()
    return wasThere
  }

  async clear(): Promise<void> {
    await this.#hooks.ready()
    this.#layer.apply([{ type: 'clear' }])
    await this.#hooks.changed()
  }

  /** How many entries there are. */
  async size(): Promise<number> {
    await this.#hooks.ready()
    return this.#layer.size
  }

  /** The values of those keys that are there. */
  async getMany(keys: Iterable<string>): Promise<Map<string, T>> {
    const wanted = [...keys]
    for (const key of wanted) checkKey(key)
    await this.#hooks.ready()
    const found = new Map<string, T>()
    for await (const key of inSlices(wanted, this.#hooks.sliceBudgetMs)) {
      const value = this.#layer.get(key)
      if (value !== undefined) found.set(key, value)
    }
    return found
  }

  /**
   * Sets all entries, or, where one is refused, none. For very many this takes turns with the rest of the program,
   * which can so see some of them, or close the store meanwhile; `batch()` does not.
   */
  async setMany(entries: Iterable<readonly [string, T]>): Promise<void> {
    const { sliceBudgetMs } = this.#hooks
    const changes: Change<T>[] = []
    for await (const [key, value] of inSlices(entries, sliceBudgetMs)) {
      checkKey(key)
      changes.push({ type: 'set', key, value: toJsonValue(key, value) })
    }
    await this.#hooks.ready()
    for await (const change of inSlices(changes, sliceBudgetMs)) {
      // Throws where the store is being closed.
      const opening = this.#hooks.ready()
      if (opening !== undefined) await opening
      this.#layer.apply([change])
    }
    if (changes.length > 0) await this.#hooks.changed()
  }

  /** Deletes those keys that are there, and resolves to how many. */
  async deleteMany(keys: Iterable<string>): Promise<number> {
    const unwanted = [...keys]
    for (const key of unwanted) checkKey(key)
    await this.#hooks.ready()
    let count = 0
    for await (const key of inSlices(unwanted, this.#hooks.sliceBudgetMs)) {
      const opening = this.#hooks.ready()
      if (opening !== undefined) await opening
      if (this.#layer.has(key)) count++
      this.#layer.apply([{ type: 'delete', key }])
    }
    if (unwanted.length > 0) await this.#hooks.changed()
    return count
  }

  /** Makes all changes at once, or, where one is refused, none. */
  async batch(operations: Iterable<BatchOperation<T>>): Promise<void> {
    const changes: Change<T>[] = []
    for await (const operation of inSlices(operations, this.#hooks.sliceBudgetMs))
      changes.push(check(operation))
    await this.#hooks.ready()
    this.#layer.apply(changes)
    if (changes.length > 0) await this.#hooks.changed()
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
    await this.#hooks.ready()
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
    const call = this.#transactions.join('transaction()')
    const result = this.#lastTransaction
      .then(() => this.#transact(work, call))
      .finally(() => this.#transactions.leave(call))
    this.#lastTransaction = result.then(
      () => undefined,
      () => undefined,
    )
    return result
  }

  async #transact<Result>(work: (store: KeyValueStore<T>) => Promise<Result>, call: Call): Promise<Result> {
    await this.#hooks.ready()
    const overlay = new OverlayLayer(this.#layer)
    const ready = () => {
      if (!call.isRunningCode)
        throw new TypeError('The transaction is over: its store cannot be used any more')
      return undefined
    }
    const { sliceBudgetMs } = this.#hooks
    const store = new KeyValueStore<T>(overlay, { ready, changed: () => undefined, sliceBudgetMs })
    const result = await codeInside.run(call, () => work(store))
    // A transaction that this one is part of may be over meanwhile.
    await this.#hooks.ready()
    const changes = [...overlay.changes()]
    this.#layer.apply(changes)
    if (changes.length > 0) await this.#hooks.changed()
    return result
  }
}

function check<T>(operation: BatchOperation<T>): Change<T> {
  if (typeof operation !== 'object' || operation === null) {
    throw new TypeError(`Expected an operation of a batch to be an object, got ${describeValue(operation)}`)
  }
  // Without what every object inherits.
  const { type, key, value }: Partial<Record<'type' | 'key' | 'value', unknown>> = Object.assign(
    Object.create(null),
    operation,
  )
  if (type === 'clear') return { type }
  if (type !== 'set' && type !== 'delete') {
    throw new TypeError(`Expected \`type\` to be 'set', 'delete' or 'clear', got ${describeValue(type)}`)
  }
  checkKey(key)
  // The caller's word for what its values are.
  return type === 'delete' ? { type, key } : { type, key, value: toJsonValue(key, value as T) }
}

function checkKey(key: unknown): asserts key is string {
  if (typeof key === 'string' && key !== '' && key.isWellFormed()) return
  throw new TypeError(`Expected the key to be a string of at least one character, got ${describeValue(key)}`)
}
