import { hashKey } from './hash-key.js'
import { type Segment, SegmentIndex } from './segment-index.js'

/**
 * Up to so many entries it is one Map, and as fast: beyond, a look-up takes 0.1 µs more, and as long again in a map of
 * 1,000,000. A Map that grows to 16,384 holds the thread for 1 ms; to 1,000,000, for 40 to 100 ms.
 */
const defaultSegmentEntries = 16_384

/**
 * A Map whose keys are strings, that grows without a pause, and beyond the 2^24 entries of a Map.
 *
 * It has the order of a Map, and an iteration that is under way sees what one of a Map would see: it goes through one
 * small Map after the other. Which of them has a key an index knows, as soon as there are two.
 */
export class SegmentedMap<V> implements Iterable<[string, V]> {
  readonly #segmentEntries: number
  #last: Segment<V> = { number: 0, entries: new Map() }
  /** In the order of what they have. */
  readonly #segments = new Set([this.#last])
  #index: SegmentIndex<V> | undefined

  /** @param segmentEntries - Most entries of one Map. */
  constructor(segmentEntries: number = defaultSegmentEntries) {
    this.#segmentEntries = segmentEntries
  }

  get size(): number {
    return this.#index?.size ?? this.#last.entries.size
  }

  has(key: string): boolean {
    return this.#find(key)?.entries.has(key) === true
  }

  get(key: string): V | undefined {
    return this.#find(key)?.entries.get(key)
  }

  set(key: string, value: V): void {
    if (this.#index === undefined) {
      const { entries } = this.#last
      entries.set(key, value)
      if (entries.size >= this.#segmentEntries) this.#index = new SegmentIndex(this.#last)
      return
    }
    const hash = hashKey(key)
    const segment = this.#index.find(key, hash)
    if (segment === undefined) this.#add(this.#index, key, hash, value)
    else segment.entries.set(key, value)
  }

  /** @returns whether it was there. */
  delete(key: string): boolean {
    if (this.#index === undefined) return this.#last.entries.delete(key)
    const hash = hashKey(key)
    const segment = this.#index.find(key, hash)
    if (segment === undefined) return false
    segment.entries.delete(key)
    this.#index.delete(hash, segment)
    if (segment.entries.size === 0 && segment !== this.#last) {
      this.#segments.delete(segment)
      this.#index.deleteSegment(segment)
    }
    return true
  }

  clear(): void {
    // Those who are walking through one find nothing more in it.
    for (const { entries } of this.#segments) entries.clear()
    this.#segments.clear()
    this.#last = { number: 0, entries: new Map() }
    this.#segments.add(this.#last)
    this.#index = undefined
  }

  /** The Maps that it is made of, in the order of their entries: to walk through these takes half as long. */
  *parts(): Generator<ReadonlyMap<string, V>> {
    for (const { entries } of this.#segments) yield entries
  }

  *keys(): Generator<string> {
    for (const { entries } of this.#segments) yield* entries.keys()
  }

  *values(): Generator<V> {
    for (const { entries } of this.#segments) yield* entries.values()
  }

  *[Symbol.iterator](): Generator<[string, V]> {
    for (const { entries } of this.#segments) yield* entries
  }

  /** The segment that has a key, if any has. */
  #find(key: string): Segment<V> | undefined {
    return this.#index === undefined ? this.#last : this.#index.find(key, hashKey(key))
  }

  #add(index: SegmentIndex<V>, key: string, hash: number, value: V): void {
    if (this.#last.entries.size >= this.#segmentEntries) {
      this.#last = index.addSegment()
      this.#segments.add(this.#last)
    }
    this.#last.entries.set(key, value)
    index.add(hash, this.#last)
  }
}
