import { KeyIndex } from './key-index.js'
import type { ResolvedRange } from './key-range.js'
import { type KeyTree, walkTree } from './key-tree.js'
import type { LayerView } from './layer.js'
import { type Snapshot, tombstone } from './snapshot.js'

/** The entries of a memtable as they were. */
export class MemtableView<T> implements LayerView<T> {
  readonly #snapshot: Snapshot<T, T>
  /** Of the same moment; undefined where there was none. */
  readonly #tree: KeyTree<true> | undefined
  readonly #index = new KeyIndex<true>()

  /** @param snapshot - One that is kept. */
  constructor(snapshot: Snapshot<T, T>, tree: KeyTree<true> | undefined) {
    this.#snapshot = snapshot
    this.#tree = tree
  }

  has(key: string): boolean {
    return this.#snapshot.read(key) !== tombstone
  }

  get(key: string): T | undefined {
    const value = this.#snapshot.read(key)
    return value === tombstone ? undefined : value
  }

  [Symbol.iterator](): Iterator<readonly [string, T]> {
    return this.#snapshot[Symbol.iterator]()
  }

  order(sliceBudgetMs: number): Promise<void> | undefined {
    return this.#tree === undefined ? this.#index.make(() => this.#keys(), sliceBudgetMs) : undefined
  }

  ordered(range: ResolvedRange): Iterable<readonly [string, T]> {
    return readInOrder(this.#snapshot, this.#tree ?? this.#index.makeNow(() => this.#keys()), range)
  }

  release(): void {
    this.#snapshot.isDone = true
  }

  *#keys(): Generator<[string, true]> {
    for (const key of this.#snapshot.keys()) yield [key, true]
  }
}

/** The entries of a snapshot by the keys that it has. */
export function* readInOrder<T>(
  snapshot: Snapshot<T, T>,
  tree: KeyTree<true>,
  range: ResolvedRange,
): Generator<readonly [string, T]> {
  for (const [key] of walkTree(tree, range)) {
    const value = snapshot.read(key)
    if (value !== tombstone) yield [key, value]
  }
}
