import { runInSlices } from '../scheduling/sliced-loop.js'
import { type KeyTree, newKeyTree } from './key-tree.js'

/**
 * The keys of a map in their order: from the first time on that anybody asks for it. Whoever changes the map changes
 * this, too, and nothing is done before that time.
 */
export class KeyIndex<V> {
  /** While it is being made, it has what has changed since then, and what was come by. */
  #tree: KeyTree<V> | undefined
  #isMade = false
  #making: Promise<void> | undefined

  /** Undefined where it is not made. */
  get tree(): KeyTree<V> | undefined {
    return this.#isMade ? this.#tree : undefined
  }

  set(key: string, value: V): void {
    this.#tree?.set(key, value)
  }

  delete(key: string): void {
    this.#tree?.delete(key)
  }

  /** The map is empty. Those who have the tree keep it as it is. */
  clear(): void {
    if (this.#tree === undefined) return
    this.#tree = newKeyTree()
    this.#isMade = true
  }

  /** The map is another: it is made anew when it is asked for. */
  forget(): void {
    this.#tree = undefined
    this.#isMade = false
  }

  /**
   * Makes it; undefined where it is made.
   *
   * @param walk - Through the map as it is then, and also through what is added to it meanwhile.
   */
  make(walk: () => Iterable<readonly [string, V]>, sliceBudgetMs: number): Promise<void> | undefined {
    if (this.#isMade) return undefined
    this.#making ??= this.#makeInSlices(walk, sliceBudgetMs).finally(() => {
      this.#making = undefined
    })
    return this.#making
  }

  /** Makes it in this turn of the event loop, as of few keys. */
  makeNow(walk: () => Iterable<readonly [string, V]>): KeyTree<V> {
    if (this.#isMade && this.#tree !== undefined) return this.#tree
    const tree = newKeyTree<V>()
    for (const [key, value] of walk()) tree.set(key, value)
    this.#tree = tree
    this.#isMade = true
    return tree
  }

  async #makeInSlices(walk: () => Iterable<readonly [string, V]>, sliceBudgetMs: number): Promise<void> {
    while (!this.#isMade) {
      const tree = newKeyTree<V>()
      this.#tree = tree
      await runInSlices(this.#fill(tree, walk()), sliceBudgetMs)
      if (this.#tree === tree) this.#isMade = true
    }
  }

  *#fill(tree: KeyTree<V>, entries: Iterable<readonly [string, V]>): Generator<void> {
    for (const [key, value] of entries) {
      // Cleared or forgotten meanwhile.
      if (this.#tree !== tree) return
      yield void tree.set(key, value)
    }
  }
}
