import type { JsonText } from '../encode/json-text.js'
import type { Stored } from './expiring.js'
import { SegmentedMap } from './segmented-map.js'

/** In the place of a value that was deleted while a snapshot is walked through, which counts on every entry's place. */
export const tombstone: unique symbol = Symbol('deleted')

export type Raw<T> = Stored<T> | JsonText | typeof tombstone

/** What an entry is read as; a tombstone where it is left out. */
export type ReadEntry<T, Read> = (key: string, raw: Stored<T> | JsonText) => Read | typeof tombstone

/**
 * The entries as they were when it was made, in constant time and memory: it walks through the live entries, and
 * records what has changed since. The map keeps its order and adds at its end, so the first `#count` are the ones.
 */
export class Snapshot<T, Read> implements Iterable<readonly [string, Read]> {
  readonly #entries: SegmentedMap<Raw<T>>
  readonly #count: number
  readonly #before = new SegmentedMap<Raw<T>>()
  readonly #read: ReadEntry<T, Read>
  readonly #isKept: boolean
  isDone = false

  /** @param isKept - Whether it is asked for keys, and walked through more than once, until `isDone` is set. */
  constructor(entries: SegmentedMap<Raw<T>>, read: ReadEntry<T, Read>, isKept = false) {
    this.#entries = entries
    this.#count = entries.size
    this.#read = read
    this.#isKept = isKept
  }

  /** Called before a key is changed, with what it has; undefined where it is new. */
  record(key: string, raw: Raw<T> | undefined): void {
    // What is new is at the end, where a walk does not come.
    if (raw === undefined && !this.#isKept) return
    if (!this.#before.has(key)) this.#before.set(key, raw ?? tombstone)
  }

  /** A tombstone where the key was not there. */
  read(key: string): Read | typeof tombstone {
    return this.#readRaw(key, this.#entries.get(key))
  }

  /** The keys, also of what is left out, for which nothing is read. */
  *keys(): Generator<string> {
    let left = this.#count
    for (const part of this.#entries.parts()) {
      for (const [key, live] of part) {
        if (left-- === 0) return
        const raw = this.#before.has(key) ? this.#before.get(key) : live
        if (raw !== tombstone) yield key
      }
    }
  }

  *[Symbol.iterator](): Generator<readonly [string, Read]> {
    try {
      let left = this.#count
      for (const part of this.#entries.parts()) {
        for (const [key, live] of part) {
          if (left-- === 0) return
          const read = this.#readRaw(key, live)
          if (read !== tombstone) yield [key, read]
        }
      }
    } finally {
      if (!this.#isKept) this.isDone = true
    }
  }

  #readRaw(key: string, live: Raw<T> | undefined): Read | typeof tombstone {
    const raw = this.#before.has(key) ? this.#before.get(key) : live
    return raw === tombstone || raw === undefined ? tombstone : this.#read(key, raw)
  }
}
