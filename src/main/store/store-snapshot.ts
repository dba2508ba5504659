/// <reference lib="esnext.disposable" preserve="true" />
import { inSlices } from '../scheduling/sliced-loop.js'
import { checkKey } from './check-change.js'
import { type KeyRange, type ResolvedRange, resolveRange } from './key-range.js'
import { type LayerView, takeFirst } from './layer.js'

/**
 * The entries of a store as they were when it was made, whatever changes. What has expired since is not there any more.
 *
 * It takes memory for what has changed since, until it is closed or nobody has it any more. It can be read from when the
 * store is closed, too.
 */
export class StoreSnapshot<T = unknown> implements Disposable {
  readonly #view: LayerView<T>
  readonly #sliceBudgetMs: number

  /** @internal */
  constructor(view: LayerView<T>, sliceBudgetMs: number) {
    this.#view = view
    this.#sliceBudgetMs = sliceBudgetMs
  }

  /** The value of a key; undefined if there is none. */
  async get(key: string): Promise<T | undefined> {
    checkKey(key)
    return this.#view.get(key)
  }

  /** What `get` would resolve to, at once. */
  peek(key: string): T | undefined {
    checkKey(key)
    return this.#view.get(key)
  }

  async has(key: string): Promise<boolean> {
    checkKey(key)
    return this.#view.has(key)
  }

  /** Like `keys()` of the store. */
  keys(range?: KeyRange): AsyncGenerator<string> {
    return keysOf(this.entries(range))
  }

  values(range?: KeyRange): AsyncGenerator<T> {
    return valuesOf(this.entries(range))
  }

  /**
   * The first one with a range takes its time for all entries where the store itself has not been asked for a range
   * before the snapshot was made.
   */
  entries(range?: KeyRange): AsyncGenerator<[key: string, value: T]> {
    return this.#walk(range === undefined ? undefined : resolveRange(range))
  }

  [Symbol.asyncIterator](): AsyncGenerator<[key: string, value: T]> {
    return this.entries()
  }

  /** Has the store keep nothing for it any more; it is not to be used afterwards. */
  close(): void {
    this.#view.release()
  }

  [Symbol.dispose](): void {
    this.close()
  }

  async *#walk(range: ResolvedRange | undefined): AsyncGenerator<[key: string, value: T]> {
    const [view, budget] = [this.#view, this.#sliceBudgetMs]
    if (range !== undefined) {
      for (let order = view.order(budget); order; order = view.order(budget)) await order
    }
    const entries = range === undefined ? view : takeFirst(view.ordered(range), range.limit)
    for await (const [key, value] of inSlices(entries, budget)) yield [key, value]
  }
}

export async function* keysOf(entries: AsyncIterable<readonly [string, unknown]>): AsyncGenerator<string> {
  for await (const [key] of entries) yield key
}

export async function* valuesOf<T>(entries: AsyncIterable<readonly [string, T]>): AsyncGenerator<T> {
  for await (const [, value] of entries) yield value
}
