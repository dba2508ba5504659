import { KeyIndex } from './key-index.js'
import type { ResolvedRange } from './key-range.js'
import { entriesOf, isThere, type KeyState, liveValue } from './key-state.js'
import { type KeyTree, mergeWalks, walkTree } from './key-tree.js'
import type { LayerView } from './layer.js'

/** The entries of a transaction as they were. */
export class OverlayView<T> implements LayerView<T> {
  /** Undefined where the transaction has cleared all. */
  readonly #base: LayerView<T> | undefined
  readonly #changes: ReadonlyMap<string, KeyState<T>>
  readonly #index = new KeyIndex<KeyState<T>>()

  constructor(base: LayerView<T> | undefined, changes: ReadonlyMap<string, KeyState<T>>) {
    this.#base = base
    this.#changes = changes
  }

  has(key: string): boolean {
    if (this.#changes.has(key)) return isThere(this.#changes.get(key))
    return this.#base?.has(key) === true
  }

  get(key: string): T | undefined {
    return this.#changes.has(key) ? liveValue(this.#changes.get(key)) : this.#base?.get(key)
  }

  *[Symbol.iterator](): Generator<readonly [string, T]> {
    for (const entry of this.#base ?? []) if (!this.#changes.has(entry[0])) yield entry
    yield* entriesOf(this.#changes)
  }

  order(sliceBudgetMs: number): Promise<void> | undefined {
    return this.#base?.order(sliceBudgetMs) ?? this.#index.make(() => this.#changes, sliceBudgetMs)
  }

  ordered(range: ResolvedRange): Iterable<readonly [string, T]> {
    const tree = this.#index.makeNow(() => this.#changes)
    return overlayInOrder(this.#base?.ordered(range) ?? [], tree, range)
  }

  release(): void {
    this.#base?.release()
  }
}

/** Those in a range, of the layer below and of a transaction's changes on top of it. */
export function overlayInOrder<T>(
  base: Iterable<readonly [string, T]>,
  changes: KeyTree<KeyState<T>>,
  range: ResolvedRange,
): Iterable<readonly [string, T]> {
  const ofBase = keepOthers(base, changes)
  return mergeWalks(ofBase, entriesOf(walkTree(changes, range)), range.isReverse)
}

function* keepOthers<T>(
  base: Iterable<readonly [string, T]>,
  changes: KeyTree<KeyState<T>>,
): Generator<readonly [string, T]> {
  for (const entry of base) if (!changes.has(entry[0])) yield entry
}
