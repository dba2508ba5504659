import type { JsonText } from '../encode/json-text.js'
import { SegmentedMap } from './segmented-map.js'

/** In the place of a value that was deleted while a snapshot is walked through, which counts on every entry's place. */
export const tombstone: unique symbol = Symbol('deleted')

export type Raw<T> = T | JsonText | typeof tombstone

/**
 * The entries as they were when it was made, in constant time and memory: it walks through the live entries, and
 * records what has changed since. The map keeps its order and adds at its end, so the first `#count` are the ones.
 */
export class Snapshot<T, Read> implements Iterable<readonly [string, Read]> {
  readonly #entries: SegmentedMap<Raw<T>>
  readonly #count: number
  readonly #before = new SegmentedMap<Raw<T>>()
  readonly #read: (key: string, raw: T | JsonText) => Read
  isDone = false

  constructor(entries: SegmentedMap<Raw<T>>, read: (key: string, raw: T | JsonText) => Read) {
    this.#entries = entries
    this.#count = entries.size
    this.#read = read
  }

  record(key: string, raw: Raw<T>): void {
    if (!this.#before.has(key)) this.#before.set(key, raw)
  }

  *[Symbol.iterator](): Generator<readonly [string, Read]> {
    try {
      let left = this.#count
      for (const part of this.#entries.parts()) {
        for (const [key, live] of part) {
          if (left-- === 0) return
          const raw = this.#before.has(key) ? this.#before.get(key) : live
          if (raw !== tombstone && raw !== undefined) yield [key, this.#read(key, raw)]
        }
      }
    } finally {
      this.isDone = true
    }
  }
}
