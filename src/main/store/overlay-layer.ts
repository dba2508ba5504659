import type { Change, Layer } from './layer.js'
import { SegmentedMap } from './segmented-map.js'

/** The changes of a transaction, on top of the entries that it began with. */
export class OverlayLayer<T> implements Layer<T> {
  readonly #base: Layer<T>
  #isCleared = false
  /** A key without a value is deleted. */
  readonly #changes = new SegmentedMap<{ readonly value: T } | undefined>()

  constructor(base: Layer<T>) {
    this.#base = base
  }

  get size(): number {
    let size = this.#isCleared ? 0 : this.#base.size
    for (const [key, change] of this.#changes) {
      const wasThere = !this.#isCleared && this.#base.has(key)
      size += (change === undefined ? 0 : 1) - (wasThere ? 1 : 0)
    }
    return size
  }

  has(key: string): boolean {
    if (this.#changes.has(key)) return this.#changes.get(key) !== undefined
    return !this.#isCleared && this.#base.has(key)
  }

  get(key: string): T | undefined {
    if (this.#changes.has(key)) return this.#changes.get(key)?.value
    return this.#isCleared ? undefined : this.#base.get(key)
  }

  apply(changes: Iterable<Change<T>>): void {
    for (const change of changes) {
      if (change.type === 'set') this.#changes.set(change.key, { value: change.value })
      else if (change.type === 'delete') this.#changes.set(change.key, undefined)
      else {
        this.#isCleared = true
        this.#changes.clear()
      }
    }
  }

  *snapshot(): Generator<readonly [string, T]> {
    const changes = new Map(this.#changes)
    if (!this.#isCleared) {
      for (const entry of this.#base.snapshot()) if (!changes.has(entry[0])) yield entry
    }
    for (const [key, change] of changes) if (change !== undefined) yield [key, change.value]
  }

  /** The changes as one list, for the layer below. */
  *changes(): Generator<Change<T>> {
    if (this.#isCleared) yield { type: 'clear' }
    for (const [key, change] of this.#changes) {
      yield change === undefined ? { type: 'delete', key } : { type: 'set', key, value: change.value }
    }
  }
}
