import type { Stored } from './expiring.js'
import { SegmentedMap } from './segmented-map.js'

/** What happened to a key since the last save. */
export type KeyChange<T> =
  | {
      readonly type: 'set'
      readonly value: Stored<T>
      /** The database does not have the key. */
      readonly isNew: boolean
      /** The key is there from this change on: it is new, or was deleted before. */
      readonly isCreated: boolean
    }
  | { readonly type: 'delete' }

/** Changes of a store that are due: for each key the last one. */
export class ChangeSet<T> {
  /** Everything that was there before is gone. */
  isCleared = false
  #keys = new SegmentedMap<KeyChange<T>>()

  get keys(): SegmentedMap<KeyChange<T>> {
    return this.#keys
  }

  get isEmpty(): boolean {
    return this.keys.size === 0 && !this.isCleared
  }

  /** Rows that saving them takes. */
  get size(): number {
    return this.keys.size + (this.isCleared ? 1 : 0)
  }

  set(key: string, value: Stored<T>, isNew: boolean, isCreated: boolean = isNew): void {
    const before = this.keys.get(key)
    // Set again, a key is as new as it was; set after it was deleted, it is an update of what the database has.
    const isStillNew = before === undefined ? isNew : before.type === 'set' && before.isNew
    const isCreatedHere = isCreated || before?.type === 'delete' || (before?.isCreated ?? false)
    this.keys.set(key, {
      type: 'set',
      value,
      isNew: isStillNew || this.isCleared,
      isCreated: isCreatedHere || this.isCleared,
    })
  }

  delete(key: string): void {
    const before = this.keys.get(key)
    const isUnknown = this.isCleared || (before?.type === 'set' && before.isNew)
    // The database has never had it.
    if (isUnknown) this.keys.delete(key)
    else this.keys.set(key, { type: 'delete' })
  }

  clear(): void {
    this.isCleared = true
    this.keys.clear()
  }

  /**
   * Takes over changes that came before these and could not be saved; where both know a key, these are the later. It
   * takes as long as there are of these, and nobody uses the earlier ones any more.
   */
  addEarlier(earlier: ChangeSet<T>): void {
    if (this.isCleared) return
    const later = this.#keys
    this.#keys = earlier.keys
    this.isCleared = earlier.isCleared
    for (const [key, change] of later) {
      if (change.type === 'delete') this.delete(key)
      else this.set(key, change.value, change.isNew, change.isCreated)
    }
  }
}
