import type { JsonText } from '../encode/json-text.js'
import type { ChangeSet } from './change-set.js'
import type { Stored } from './expiring.js'
import { ExpiryIndex } from './expiry-index.js'
import { SegmentedMap } from './segmented-map.js'

/** What is stored under keys, as it was read, and with changes that were made since. */
export class LoadedEntries<T> {
  #entries: SegmentedMap<Stored<T | JsonText>>
  #expiries = new ExpiryIndex()
  /** The keys whose values are not JSON, as they were read. */
  readonly unreadable: string[] = []
  /** Those that still have such a value. */
  readonly unreadableKeys: Set<string> = new Set()

  constructor(entries: SegmentedMap<Stored<T | JsonText>> = new SegmentedMap()) {
    this.#entries = entries
  }

  get entries(): SegmentedMap<Stored<T | JsonText>> {
    return this.#entries
  }

  get expiries(): ExpiryIndex {
    return this.#expiries
  }

  add(key: string, stored: Stored<T | JsonText>): void {
    this.#recordExpiry(key, stored)
    this.#entries.set(key, stored)
  }

  addUnreadable(key: string): void {
    this.unreadable.push(key)
    this.unreadableKeys.add(key)
  }

  /** Makes changes, one with each step. */
  *apply({ isCleared, keys }: ChangeSet<T>): Generator<void> {
    if (isCleared) {
      this.#entries = new SegmentedMap()
      this.#expiries = new ExpiryIndex()
      this.unreadableKeys.clear()
    }
    for (const [key, change] of keys) {
      this.unreadableKeys.delete(key)
      this.#recordExpiry(key, change.type === 'set' ? change.value : undefined)
      if (change.type === 'set') this.#entries.set(key, change.value)
      else this.#entries.delete(key)
      yield
    }
  }

  #recordExpiry(key: string, after: unknown): void {
    const before = this.#expiries.isEmpty ? undefined : this.#entries.get(key)
    this.#expiries.replace(key, before, after)
  }
}
