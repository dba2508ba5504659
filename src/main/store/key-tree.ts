import { isAbove, isBelow, type ResolvedRange } from './key-range.js'
import { type BTree, newBTree } from './new-b-tree.js'

/** A map in the order of its keys. */
export type KeyTree<V> = BTree<string, V>

export function newKeyTree<V>(): KeyTree<V> {
  return newBTree(compareKeys)
}

/** By code units. */
export function compareKeys(one: string, other: string): number {
  if (one < other) return -1
  return one > other ? 1 : 0
}

/** Those in a range, in its order, whatever its limit. Nothing may be changed meanwhile: it goes through a copy. */
export function* walkTree<V>(
  tree: KeyTree<V>,
  { lower, upper, isReverse }: ResolvedRange,
): Generator<[key: string, value: V]> {
  const entries = isReverse ? tree.entriesReversed(upper?.key) : tree.entries(lower?.key)
  for (const entry of entries) {
    const [key] = entry
    if (isReverse ? isBelow(key, lower) : isAbove(key, upper)) return
    // The first one may be the bound itself.
    if (isReverse ? !isAbove(key, upper) : !isBelow(key, lower)) yield entry
  }
}

/** Two walks in the same order, which have no key in common, as one. */
export function* mergeWalks<Entry extends readonly [string, unknown]>(
  first: Iterable<Entry>,
  second: Iterable<Entry>,
  isReverse: boolean,
): Generator<Entry> {
  const seconds = second[Symbol.iterator]()
  try {
    let other = seconds.next()
    for (const entry of first) {
      while (other.done !== true && other.value[0] < entry[0] !== isReverse) {
        yield other.value
        other = seconds.next()
      }
      yield entry
    }
    for (; other.done !== true; other = seconds.next()) yield other.value
  } finally {
    seconds.return?.()
  }
}
