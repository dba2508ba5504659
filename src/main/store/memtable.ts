import { JsonText } from '../encode/json-text.js'
import { ChangeSet } from './change-set.js'
import type { Change, Layer } from './layer.js'
import { SegmentedMap } from './segmented-map.js'

/** In the place of a value that was deleted while a snapshot is walked through, which counts on every entry's place. */
const tombstone = Symbol('deleted')

type Raw<T> = T | JsonText | typeof tombstone

/** Tombstones that a change removes once nobody counts on them: to remove 1,000,000 at once takes 0.5 s. */
const tombstonesPerChange = 100

/** The entries of a store, and which of them are not saved yet. */
export class Memtable<T> implements Layer<T> {
  #entries = new SegmentedMap<Raw<T>>()
  #size = 0
  #tombstones: string[] = []
  /** Of the present `#entries`. Weak, for a walk through one may stop without a word. */
  readonly #snapshots = new Set<WeakRef<Snapshot<T>>>()
  #pending = new ChangeSet<T>()
  #journal: ChangeSet<T> | undefined
  /** Keys that the database has, with values that are not JSON: they are not entries. */
  readonly #unreadable = new Set<string>()

  get size(): number {
    return this.#size
  }

  /** What is not saved yet. */
  get pending(): ChangeSet<T> {
    return this.#pending
  }

  has(key: string): boolean {
    const raw = this.#entries.get(key)
    return raw !== undefined && raw !== tombstone
  }

  get(key: string): T | undefined {
    const raw = this.#entries.get(key)
    return raw === tombstone || raw === undefined ? undefined : this.#parse(key, raw)
  }

  /** True for an entry, and for a key of the database whose value is not JSON. */
  knows(key: string): boolean {
    return this.has(key) || this.#unreadable.has(key)
  }

  apply(changes: Iterable<Change<T>>): void {
    for (const change of changes) {
      if (change.type === 'set') this.#set(change.key, change.value)
      else if (change.type === 'delete') this.#delete(change.key)
      else this.#clear()
    }
  }

  /** From now on, changes are kept for `replace` to make once more. */
  startJournal(): void {
    this.#journal = new ChangeSet()
  }

  /**
   * Has these entries instead, as the database had them after the journal was started, with what is not saved of
   * before, and all changes since.
   */
  replace(
    entries: SegmentedMap<JsonText>,
    unreadable: Iterable<string>,
    unsaved: readonly ChangeSet<T>[],
  ): void {
    const journal = this.#journal ?? new ChangeSet<T>()
    this.#journal = undefined
    this.#startAnew()
    // From now on, it also takes what callers set.
    this.#entries = entries as SegmentedMap<Raw<T>>
    this.#size = entries.size
    for (const key of unreadable) this.#unreadable.add(key)
    for (const changes of [...unsaved, journal]) {
      if (changes.isCleared) this.#startAnew()
      for (const [key, change] of changes.keys) {
        if (change.type === 'set') this.#put(key, change.value)
        else this.#remove(key)
      }
    }
  }

  /** Counts everything as not saved: the database has lost it. */
  makeAllDirty(): void {
    this.#pending.clear()
    for (const [key, raw] of this.#entries) if (raw !== tombstone) this.#pending.set(key, raw as T, true)
  }

  /** Takes what is not saved yet, to save it; what comes later is apart from it. */
  takePending(): ChangeSet<T> {
    const taken = this.#pending
    this.#pending = new ChangeSet()
    return taken
  }

  snapshot(): Iterable<readonly [string, T]> {
    this.#forgetSnapshots()
    const snapshot = new Snapshot(this.#entries, (key, raw) => this.#parse(key, raw))
    this.#snapshots.add(new WeakRef(snapshot))
    return snapshot
  }

  #set(key: string, value: T): void {
    const isKnown = this.#put(key, value)
    this.#pending.set(key, value, !isKnown)
    // The journal is not saved: that every key of it is one that the database knows keeps its deletions.
    this.#journal?.set(key, value, false)
  }

  #delete(key: string): void {
    if (!this.knows(key)) return
    this.#remove(key)
    this.#pending.delete(key)
    this.#journal?.delete(key)
  }

  #clear(): void {
    this.#startAnew()
    this.#pending.clear()
    this.#journal?.clear()
  }

  /** @returns whether the key was known. */
  #put(key: string, value: T): boolean {
    this.#forgetSnapshots()
    const before = this.#entries.get(key)
    this.#record(key, before)
    // What is set anew comes last.
    if (before === tombstone && this.#snapshots.size === 0) this.#entries.delete(key)
    this.#entries.set(key, value)
    const wasThere = before !== undefined && before !== tombstone
    if (!wasThere) this.#size++
    return this.#unreadable.delete(key) || wasThere
  }

  #remove(key: string): void {
    this.#unreadable.delete(key)
    const before = this.#entries.get(key)
    if (before === undefined || before === tombstone) return
    this.#size--
    this.#forgetSnapshots()
    this.#record(key, before)
    if (this.#snapshots.size === 0) this.#entries.delete(key)
    else {
      this.#entries.set(key, tombstone)
      this.#tombstones.push(key)
    }
  }

  /** Leaves the present entries to their snapshots, as they are. */
  #startAnew(): void {
    this.#entries = new SegmentedMap()
    this.#size = 0
    this.#tombstones = []
    this.#snapshots.clear()
    this.#unreadable.clear()
  }

  /** Has the snapshots know what a key has, before that changes. */
  #record(key: string, raw: Raw<T> | undefined): void {
    if (raw === undefined || this.#snapshots.size === 0) return
    for (const reference of this.#snapshots) reference.deref()?.record(key, raw)
  }

  #forgetSnapshots(): void {
    for (const reference of this.#snapshots) {
      if (reference.deref()?.isDone !== false) this.#snapshots.delete(reference)
    }
    if (this.#snapshots.size > 0 || this.#tombstones.length === 0) return
    for (const key of this.#tombstones.splice(-tombstonesPerChange)) {
      if (this.#entries.get(key) === tombstone) this.#entries.delete(key)
    }
  }

  #parse(key: string, raw: T | JsonText): T {
    if (!(raw instanceof JsonText)) return raw
    const value: T = JSON.parse(raw.text)
    if (this.#entries.get(key) === raw) this.#entries.set(key, value)
    return value
  }
}

/**
 * The entries as they were when it was made, in constant time and memory: it walks through the live entries, and
 * records what has changed since. The map keeps its order and adds at its end, so the first `#count` are the ones.
 */
class Snapshot<T> implements Iterable<readonly [string, T]> {
  readonly #entries: SegmentedMap<Raw<T>>
  readonly #count: number
  readonly #before = new SegmentedMap<Raw<T>>()
  readonly #parse: (key: string, raw: T | JsonText) => T
  isDone = false

  constructor(entries: SegmentedMap<Raw<T>>, parse: (key: string, raw: T | JsonText) => T) {
    this.#entries = entries
    this.#count = entries.size
    this.#parse = parse
  }

  record(key: string, raw: Raw<T>): void {
    if (!this.#before.has(key)) this.#before.set(key, raw)
  }

  *[Symbol.iterator](): Generator<readonly [string, T]> {
    try {
      let left = this.#count
      for (const [key, live] of this.#entries) {
        if (left-- === 0) return
        const raw = this.#before.has(key) ? this.#before.get(key) : live
        if (raw !== tombstone && raw !== undefined) yield [key, this.#parse(key, raw)]
      }
    } finally {
      this.isDone = true
    }
  }
}
