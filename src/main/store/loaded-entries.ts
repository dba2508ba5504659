import type { JsonText } from '../encode/json-text.js'
import type { ChangeSet } from './change-set.js'
import { SegmentedMap } from './segmented-map.js'

/** What is stored under keys, as it was read, and with changes that were made since. */
export class LoadedEntries<T> {
  #entries: SegmentedMap<T | JsonText>
  /** The keys whose values are not JSON, as they were read. */
  readonly unreadable: string[] = []
  /** Those that still have such a value. */
  readonly unreadableKeys: Set<string> = new Set()

  constructor(entries: SegmentedMap<T | JsonText> = new SegmentedMap()) {
    this.#entries = entries
  }

  get entries(): SegmentedMap<T | JsonText> {
    return this.#entries
  }

  add(key: string, text: JsonText): void {
    this.#entries.set(key, text)
  }

  addUnreadable(key: string): void {
    this.unreadable.push(key)
    this.unreadableKeys.add(key)
  }

  /** Makes changes, one with each step. */
  *apply({ isCleared, keys }: ChangeSet<T>): Generator<void> {
    if (isCleared) {
      this.#entries = new SegmentedMap()
      this.unreadableKeys.clear()
    }
    for (const [key, change] of keys) {
      this.unreadableKeys.delete(key)
      if (change.type === 'set') this.#entries.set(key, change.value)
      else this.#entries.delete(key)
      yield
    }
  }
}
