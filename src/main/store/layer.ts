import type { Stored } from './expiring.js'
import type { ResolvedRange } from './key-range.js'

/** A change to a store. */
export type Change<T> =
  | { readonly type: 'set'; readonly key: string; readonly value: Stored<T> }
  | { readonly type: 'delete'; readonly key: string }
  /** Of the keys in a range, or of all. */
  | { readonly type: 'clear'; readonly range?: ResolvedRange }

/** Keys and values as they were at one moment, without those that have expired since. */
export interface LayerView<T> extends Iterable<readonly [key: string, value: T]> {
  has(key: string): boolean
  get(key: string): T | undefined
  /** Makes what `ordered` takes its time for else; undefined where that is there. */
  order(sliceBudgetMs: number): Promise<void> | undefined
  /** Those in a range, in its order, whatever its limit. */
  ordered(range: ResolvedRange): Iterable<readonly [key: string, value: T]>
  /** Nobody uses it any more. */
  release(): void
}

/** Keys and values in memory: those of a store, or of a transaction on top of one. What has expired is not there. */
export interface Layer<T> {
  readonly size: number
  has(key: string): boolean
  get(key: string): T | undefined
  /** Makes the changes one after the other; nobody sees some of them only. */
  apply(changes: Iterable<Change<T>>): void
  /** The entries as they are now, whatever changes while they are walked through. */
  snapshot(): Iterable<readonly [key: string, value: T]>
  /** Makes an index of the keys, by which ranges are found; undefined where it is there. */
  order(sliceBudgetMs: number): Promise<void> | undefined
  /** The entries in a range as they are now, in its order, whatever its limit. Takes long where there is no index. */
  ordered(range: ResolvedRange): Iterable<readonly [key: string, value: T]>
  /** All entries as they are now, to be kept and read from. */
  view(): LayerView<T>
}

/** The first so many. */
export function* takeFirst<Item>(items: Iterable<Item>, limit: number): Generator<Item> {
  if (limit === 0) return
  let left = limit
  for (const item of items) {
    yield item
    if (--left === 0) return
  }
}
