import { JsonText } from '../encode/json-text.js'
import { ChangeSet } from './change-set.js'
import type { Change, Layer } from './layer.js'
import type { LoadedEntries } from './loaded-entries.js'
import { SegmentedMap } from './segmented-map.js'
import { type Raw, Snapshot, tombstone } from './snapshot.js'

/** Tombstones that a change removes once nobody counts on them: to remove 1,000,000 at once takes 0.5 s. */
const tombstonesPerChange = 100

/** The entries of a store, and which of them are not saved yet. */
export class Memtable<T> implements Layer<T> {
  #entries = new SegmentedMap<Raw<T>>()
  #size = 0
  #tombstones: string[] = []
  /** Of the present `#entries`. Weak, for a walk through one may stop without a word. */
  readonly #snapshots = new Set<WeakRef<Snapshot<T, unknown>>>()
  #pending = new ChangeSet<T>()
  #journal: ChangeSet<T> | undefined
  /** Keys that the database has, with values that are not JSON: they are not entries. */
  #unreadable = new Set<string>()

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
   * before, and all changes since: by steps, of which the last one replaces. Nothing happens where the database has
   * lost its entries meanwhile.
   */
  *replace(loaded: LoadedEntries<T>, unsaved: readonly ChangeSet<T>[]): Generator<void> {
    for (const changes of unsaved) yield* loaded.apply(changes)
    for (let before = Number.POSITIVE_INFINITY; this.#journal?.isEmpty === false; ) {
      const journal = this.#journal
      this.#journal = new ChangeSet()
      const steps = loaded.apply(journal)
      // Of a program that makes changes faster than they are made here, the last ones are made at once.
      if (journal.size < before / 2) yield* steps
      else for (const _ of steps);
      before = journal.size
    }
    if (this.#journal === undefined) return
    this.#journal = undefined
    this.#startAnew(loaded)
  }

  /**
   * Counts everything as not saved: the database has lost it.
   *
   * @returns steps that make `changes` those that save what is there now. What is changed meanwhile is due by itself.
   */
  copyAll(changes: ChangeSet<T>): Iterator<void, void> {
    this.#journal = undefined
    changes.clear()
    const entries = this.#snapshot((_, raw) => raw)
    return setAll(changes, entries)
  }

  /** Takes what is not saved yet, to save it; what comes later is apart from it. */
  takePending(): ChangeSet<T> {
    const taken = this.#pending
    this.#pending = new ChangeSet()
    return taken
  }

  snapshot(): Iterable<readonly [string, T]> {
    return this.#snapshot((key, raw) => this.#parse(key, raw))
  }

  #snapshot<Read>(read: (key: string, raw: T | JsonText) => Read): Iterable<readonly [string, Read]> {
    this.#forgetSnapshots()
    const snapshot = new Snapshot(this.#entries, read)
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
  #startAnew(loaded?: LoadedEntries<T>): void {
    // From now on they also have what callers set.
    this.#entries = (loaded?.entries as SegmentedMap<Raw<T>> | undefined) ?? new SegmentedMap()
    this.#unreadable = loaded?.unreadableKeys ?? new Set()
    this.#size = this.#entries.size
    this.#tombstones = []
    this.#snapshots.clear()
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

function* setAll<T>(
  changes: ChangeSet<T>,
  entries: Iterable<readonly [string, T | JsonText]>,
): Generator<void, void> {
  for (const [key, value] of entries) {
    // Text is as good as a value: it is saved as it is.
    yield changes.set(key, value as T, true)
  }
}
