import { JsonText } from '../encode/json-text.js'
import { wallNow } from '../scheduling/real-timers.js'
import { ChangeSet } from './change-set.js'
import { Expiring, isOver, type Stored } from './expiring.js'
import { ExpiryIndex } from './expiry-index.js'
import { KeyIndex } from './key-index.js'
import { isInRange, type ResolvedRange } from './key-range.js'
import { type Change, type Layer, type LayerView, takeFirst } from './layer.js'
import type { LoadedEntries } from './loaded-entries.js'
import { MemtableView, readInOrder } from './memtable-view.js'
import { SegmentedMap } from './segmented-map.js'
import { type Raw, type ReadEntry, Snapshot, tombstone } from './snapshot.js'

/** Tombstones that a change removes once nobody counts on them: to remove 1,000,000 at once takes 0.5 s. */
const tombstonesPerChange = 100

/** The entries of a store, and which of them are not saved yet. */
export class Memtable<T> implements Layer<T> {
  #entries = new SegmentedMap<Raw<T>>()
  #size = 0
  #tombstones: string[] = []
  /** Of the keys that are no tombstones. */
  readonly #index = new KeyIndex<true>()
  #expiries = new ExpiryIndex()
  /** Of the present `#entries`. Weak, for a walk through one may stop without a word. */
  readonly #snapshots = new Set<WeakRef<Snapshot<T, unknown>>>()
  #pending = new ChangeSet<T>()
  #journal: ChangeSet<T> | undefined
  /** Keys that the database has, with values that are not JSON: they are not entries. */
  #unreadable = new Set<string>()

  get size(): number {
    return this.#size - this.#expiries.countDue(wallNow())
  }

  /** When the next entry expires, in milliseconds since 1970; undefined where none does. */
  get nextExpiry(): number | undefined {
    return this.#expiries.next
  }

  /** What is not saved yet. */
  get pending(): ChangeSet<T> {
    return this.#pending
  }

  has(key: string): boolean {
    const raw = this.#entries.get(key)
    return raw !== undefined && raw !== tombstone && !isOver(raw)
  }

  get(key: string): T | undefined {
    const raw = this.#entries.get(key)
    if (raw === tombstone || raw === undefined) return undefined
    const value = this.#read(key, raw)
    return value === tombstone ? undefined : value
  }

  /** True for an entry, also one that has expired, and for a key of the database whose value is not JSON. */
  knows(key: string): boolean {
    const raw = this.#entries.get(key)
    return (raw !== undefined && raw !== tombstone) || this.#unreadable.has(key)
  }

  apply(changes: Iterable<Change<T>>): void {
    for (const change of changes) {
      if (change.type === 'set') this.#set(change.key, change.value)
      else if (change.type === 'delete') this.#delete(change.key)
      else if (change.range === undefined) this.#clear()
      else for (const key of this.#keysIn(change.range)) this.#delete(key)
    }
  }

  order(sliceBudgetMs: number): Promise<void> | undefined {
    return this.#index.make(() => this.#liveKeys(), sliceBudgetMs)
  }

  ordered(range: ResolvedRange): Iterable<readonly [string, T]> {
    const tree = this.#index.makeNow(() => this.#liveKeys()).clone()
    const snapshot = this.#snapshot((key, raw) => this.#read(key, raw))
    return readOnce(snapshot, readInOrder(snapshot, tree, range))
  }

  view(): LayerView<T> {
    const tree = this.#index.tree?.clone()
    return new MemtableView(
      this.#snapshot((key, raw) => this.#read(key, raw), true),
      tree,
    )
  }

  /** Deletes what has expired, an entry with each step. */
  *removeExpired(): Generator<void> {
    for (;;) {
      const key = this.#expiries.firstDue(wallNow())
      if (key === undefined) return
      yield this.#delete(key)
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
    return this.#snapshot((key, raw) => this.#read(key, raw))
  }

  #snapshot<Read>(read: ReadEntry<T, Read>, isKept = false): Snapshot<T, Read> {
    this.#forgetSnapshots()
    const snapshot = new Snapshot(this.#entries, read, isKept)
    this.#snapshots.add(new WeakRef(snapshot))
    return snapshot
  }

  #set(key: string, value: Stored<T>): void {
    const hasExpired = !this.#expiries.isEmpty && isOver(this.#entries.get(key))
    const isKnown = this.#put(key, value)
    this.#pending.set(key, value, !isKnown, !isKnown || hasExpired)
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
  #put(key: string, value: Stored<T>): boolean {
    this.#forgetSnapshots()
    const before = this.#entries.get(key)
    this.#record(key, before)
    // What is set anew comes last.
    if (before === tombstone && this.#snapshots.size === 0) this.#entries.delete(key)
    this.#entries.set(key, value)
    const wasThere = before !== undefined && before !== tombstone
    if (!wasThere) {
      this.#size++
      this.#index.set(key, true)
    }
    this.#expiries.replace(key, before, value)
    return this.#unreadable.delete(key) || wasThere
  }

  #remove(key: string): void {
    this.#unreadable.delete(key)
    const before = this.#entries.get(key)
    if (before === undefined || before === tombstone) return
    this.#size--
    this.#index.delete(key)
    this.#expiries.replace(key, before, undefined)
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
    this.#expiries = loaded?.expiries ?? new ExpiryIndex()
    if (loaded === undefined) this.#index.clear()
    else this.#index.forget()
  }

  /** Has the snapshots know what a key has, before that changes. */
  #record(key: string, raw: Raw<T> | undefined): void {
    if (this.#snapshots.size === 0) return
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

  /** The keys of a range, in its order, which have to be looked for where there is no index. */
  #keysIn(range: ResolvedRange): string[] {
    if (this.#index.tree !== undefined)
      return [...takeFirst(this.ordered(range), range.limit)].map(([key]) => key)
    const keys = [...this.#entries.keys()].filter((key) => isInRange(key, range) && this.has(key)).sort()
    if (range.isReverse) keys.reverse()
    return keys.slice(0, range.limit)
  }

  *#liveKeys(): Generator<[string, true]> {
    for (const part of this.#entries.parts()) {
      for (const [key, raw] of part) if (raw !== tombstone) yield [key, true]
    }
  }

  #read(key: string, raw: Stored<T> | JsonText): T | typeof tombstone {
    if (!(raw instanceof Expiring)) return this.#parse(key, raw)
    return raw.isOver ? tombstone : raw.value
  }

  #parse(key: string, raw: T | JsonText): T {
    if (!(raw instanceof JsonText)) return raw
    const value: T = JSON.parse(raw.text)
    if (this.#entries.get(key) === raw) this.#entries.set(key, value)
    return value
  }
}

/** Has a snapshot forgotten when it was walked through. */
function* readOnce<T>(
  snapshot: Snapshot<T, T>,
  entries: Iterable<readonly [string, T]>,
): Generator<readonly [string, T]> {
  try {
    yield* entries
  } finally {
    snapshot.isDone = true
  }
}

function* setAll<T>(
  changes: ChangeSet<T>,
  entries: Iterable<readonly [string, Stored<T> | JsonText]>,
): Generator<void, void> {
  for (const [key, value] of entries) {
    // Text is as good as a value: it is saved as it is.
    yield changes.set(key, value as Stored<T>, true)
  }
}
