import { KeyIndex } from './key-index.js'
import type { ResolvedRange } from './key-range.js'
import { entriesOf, isThere, type KeyState, liveValue } from './key-state.js'
import { type Change, type Layer, type LayerView, takeFirst } from './layer.js'
import { OverlayView, overlayInOrder } from './overlay-view.js'
import { SegmentedMap } from './segmented-map.js'

/** The changes of a transaction, on top of the entries that it began with. */
export class OverlayLayer<T> implements Layer<T> {
  readonly #base: Layer<T>
  #isCleared = false
  readonly #changes = new SegmentedMap<KeyState<T>>()
  readonly #index = new KeyIndex<KeyState<T>>()

  constructor(base: Layer<T>) {
    this.#base = base
  }

  get size(): number {
    let size = this.#isCleared ? 0 : this.#base.size
    for (const [key, change] of this.#changes) {
      const wasThere = !this.#isCleared && this.#base.has(key)
      size += (isThere(change) ? 1 : 0) - (wasThere ? 1 : 0)
    }
    return size
  }

  has(key: string): boolean {
    if (this.#changes.has(key)) return isThere(this.#changes.get(key))
    return !this.#isCleared && this.#base.has(key)
  }

  get(key: string): T | undefined {
    if (this.#changes.has(key)) return liveValue(this.#changes.get(key))
    return this.#isCleared ? undefined : this.#base.get(key)
  }

  apply(changes: Iterable<Change<T>>): void {
    for (const change of changes) {
      if (change.type === 'set') this.#change(change.key, { value: change.value })
      else if (change.type === 'delete') this.#change(change.key, undefined)
      else if (change.range !== undefined) {
        const { range } = change
        for (const [key] of [...takeFirst(this.ordered(range), range.limit)]) this.#change(key, undefined)
      } else {
        this.#isCleared = true
        this.#changes.clear()
        this.#index.clear()
      }
    }
  }

  *snapshot(): Generator<readonly [string, T]> {
    const changes = new Map(this.#changes)
    if (!this.#isCleared) {
      for (const entry of this.#base.snapshot()) if (!changes.has(entry[0])) yield entry
    }
    yield* entriesOf(changes)
  }

  order(sliceBudgetMs: number): Promise<void> | undefined {
    const ofBase = this.#isCleared ? undefined : this.#base.order(sliceBudgetMs)
    return ofBase ?? this.#index.make(() => this.#changes, sliceBudgetMs)
  }

  ordered(range: ResolvedRange): Iterable<readonly [string, T]> {
    const tree = this.#index.makeNow(() => this.#changes).clone()
    return overlayInOrder(this.#isCleared ? [] : this.#base.ordered(range), tree, range)
  }

  /** Takes as long as there are changes. */
  view(): LayerView<T> {
    return new OverlayView(this.#isCleared ? undefined : this.#base.view(), new Map(this.#changes))
  }

  /** The changes as one list, for the layer below. */
  *changes(): Generator<Change<T>> {
    if (this.#isCleared) yield { type: 'clear' }
    for (const [key, change] of this.#changes) {
      yield change === undefined ? { type: 'delete', key } : { type: 'set', key, value: change.value }
    }
  }

  #change(key: string, state: KeyState<T>): void {
    this.#changes.set(key, state)
    this.#index.set(key, state)
  }
}
