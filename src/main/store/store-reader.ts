import { inSlices, SlicedLoop } from '../scheduling/sliced-loop.js'
import { checkIterable, checkKey } from './check-change.js'
import { type KeyRange, type ResolvedRange, resolveRange } from './key-range.js'
import { type Layer, takeFirst } from './layer.js'
import type { StoreHooks } from './store-hooks.js'
import { keysOf, StoreSnapshot, valuesOf } from './store-snapshot.js'

/** What is read of a store, or of a transaction on one. */
export class StoreReader<T> {
  readonly #layer: Layer<T>
  readonly #hooks: StoreHooks<T>

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

  /**
   * What `get` would resolve to, at once: also what `set` has just been called with, without being awaited.
   *
   * @throws `PERSIST_CLOSED` where the store is not open: the first call of another method, or `load()`, opens it.
   */
  peek(key: string): T | undefined {
    checkKey(key)
    this.#hooks.checkOpen()
    return this.#layer.get(key)
  }

  async has(key: string): Promise<boolean> {
    checkKey(key)
    const opening = this.#hooks.ready()
    if (opening !== undefined) await opening
    return this.#layer.has(key)
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

  /** Whether each of the keys is there, in their order. */
  async hasMany(keys: Iterable<string>): Promise<boolean[]> {
    checkIterable('the keys', keys)
    const wanted = [...keys]
    for (const key of wanted) checkKey(key)
    const opening = this.#hooks.ready()
    if (opening !== undefined) await opening
    const found: boolean[] = []
    const loop = new SlicedLoop(wanted, this.#hooks.sliceBudgetMs, (key) => found.push(this.#layer.has(key)))
    await loop.run()
    return found
  }

  /** The keys of `entries()`. */
  keys(range?: KeyRange): AsyncGenerator<string> {
    return keysOf(this.entries(range))
  }

  /** The values of `entries()`. */
  values(range?: KeyRange): AsyncGenerator<T> {
    return valuesOf(this.entries(range))
  }

  /**
   * The entries as they are when the first is asked for, whatever changes meanwhile. With a range they are in the order of
   * their keys, which takes as long as there are entries in it; the first time, an index of all keys is made before, in
   * turns with the rest of the program, and the entries are as they are then. Without one they are in the order in which
   * their keys were set or read.
   *
   * @throws TypeError or RangeError for an option of the wrong type or size.
   *
   * @example
   * ```ts
   * for await (const [key, user] of store.entries({ prefix: 'user:', limit: 10 })) console.log(key, user)
   * ```
   */
  entries(range?: KeyRange): AsyncGenerator<[key: string, value: T]> {
    return this.#walk(range === undefined ? undefined : resolveRange(range))
  }

  /**
   * The entries as they are now, to be read from whatever changes. It is made in constant time; in a transaction, it takes
   * as long as there are changes.
   *
   * @throws `PERSIST_CLOSED` where the store is not open: the first call of another method, or `load()`, opens it.
   */
  snapshot(): StoreSnapshot<T> {
    this.#hooks.checkOpen()
    return new StoreSnapshot(this.#layer.view(), this.#hooks.sliceBudgetMs)
  }

  [Symbol.asyncIterator](): AsyncGenerator<[key: string, value: T]> {
    return this.entries()
  }

  async *#walk(range: ResolvedRange | undefined): AsyncGenerator<[key: string, value: T]> {
    const opening = this.#hooks.ready()
    if (opening !== undefined) await opening
    const entries = range === undefined ? this.#layer.snapshot() : await this.#inOrder(range)
    for await (const [key, value] of inSlices(entries, this.#hooks.sliceBudgetMs)) yield [key, value]
  }

  /** At the moment at which it resolves. */
  async #inOrder(range: ResolvedRange): Promise<Iterable<readonly [string, T]>> {
    await orderLayer(this.#layer, this.#hooks.sliceBudgetMs)
    return takeFirst(this.#layer.ordered(range), range.limit)
  }
}

/** Resolves when ranges can be found: it may be necessary once more where the entries were read anew. */
export async function orderLayer<T>(layer: Layer<T>, sliceBudgetMs: number): Promise<void> {
  for (let order = layer.order(sliceBudgetMs); order; order = layer.order(sliceBudgetMs)) await order
}
