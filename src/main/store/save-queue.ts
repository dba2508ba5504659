import { Deferred } from '../../sync/deferred.js'
import { PersistenceError } from '../contract/persistence-error.js'
import { codeInside } from '../scheduling/code-inside.js'
import { nextTurn, setImmediate } from '../scheduling/real-timers.js'
import { ChangeSet, type KeyChange } from './change-set.js'
import type { Memtable } from './memtable.js'
import { emptyReceipt, type StorageReceipt } from './storage-receipt.js'

/** Writes a set of changes in one transaction; those that it could not write it adds to `rest`. */
export type SaveChanges<T> = (changes: ChangeSet<T>, rest: ChangeSet<T>) => Promise<StorageReceipt>

/** Changes as they were at one moment, and those who wait for them to be saved. */
interface Save<T> {
  readonly changes: ChangeSet<T>
  readonly receipt: Deferred<StorageReceipt>
}

/** Saves what is due, one transaction after the other, and forgets no change that could not be saved. */
export class SaveQueue<T> {
  readonly #memory: Memtable<T>
  readonly #write: SaveChanges<T>
  /** The first one is running. */
  readonly #saves: Save<T>[] = []
  /** What the last write has not written. */
  #skipped: ReadonlyMap<string, KeyChange<T>> = new Map()
  /** Of those who wait for the next save. */
  #group: Deferred<StorageReceipt> | undefined

  constructor(memory: Memtable<T>, write: SaveChanges<T>) {
    this.#memory = memory
    this.#write = write
  }

  get isRunning(): boolean {
    return this.#saves.length > 0
  }

  /** Everything that is not known to be committed, the changes of a running save included. */
  get dirty(): ChangeSet<T>[] {
    return [...this.#saves.map(({ changes }) => changes), this.#memory.pending].filter(
      ({ isEmpty }) => !isEmpty,
    )
  }

  /** Saves what is due at this moment, and not what comes after it. */
  save(): Promise<StorageReceipt> {
    const last = this.#saves.at(-1)
    if (this.#memory.pending.isEmpty) return last?.receipt.promise ?? Promise.resolve(emptyReceipt)
    const save = { changes: this.#memory.takePending(), receipt: new Deferred<StorageReceipt>() }
    this.#enqueue(save)
    return save.receipt.promise
  }

  /**
   * Saves until nothing is due, what is changed meanwhile included.
   *
   * @throws `PERSIST_ROW_REJECTED` for a value that has no JSON, unless another one has taken its place.
   */
  async saveAll(): Promise<void> {
    for (;;) {
      const problem = await this.save().then(skippedValue, rejectedRow)
      // A call that was let in before may make its change only now: one that is made in slices ends at its next.
      if (problem !== undefined) for (let turns = 0; turns < 2; turns++) await nextTurn()
      if (this.dirty.length === 0) return
      if (problem !== undefined && !this.#isSkippedReplaced()) throw problem
    }
  }

  /** Saves what is due once nothing is being saved, together with all that wants to be by then. */
  saveTogether(): Promise<StorageReceipt> {
    if (this.#group === undefined) {
      this.#group = new Deferred()
      // Not at once: others that are about to change something in this turn of the event loop share the commit.
      if (!this.isRunning) setImmediate(() => this.#startGroup())
    }
    return this.#group.promise
  }

  /** Whether something of what could not be written is not due any more, or something else in its place. */
  #isSkippedReplaced(): boolean {
    const { dirty } = this
    return [...this.#skipped].some(([key, change]) => dirty.every(({ keys }) => keys.get(key) !== change))
  }

  #startGroup(): void {
    const group = this.#group
    if (group === undefined || this.isRunning) return
    this.#group = undefined
    this.save().then(group.resolve, group.reject)
  }

  #enqueue(save: Save<T>): void {
    // A save that nobody waits for any more may fail: its changes are due again.
    save.receipt.promise.catch(() => undefined)
    this.#saves.push(save)
    // A save is not part of the call that happens to begin it.
    if (this.#saves.length === 1) codeInside.leave(() => void this.#run())
  }

  async #run(): Promise<void> {
    for (let save = this.#saves[0]; save !== undefined; save = this.#saves[0]) {
      const rest = new ChangeSet<T>()
      const { changes, receipt } = save
      const outcome = await this.#write(changes, rest).then(
        (saved) => () => receipt.resolve(saved),
        (error) => {
          rest.addEarlier(changes)
          return () => receipt.reject(error)
        },
      )
      this.#saves.shift()
      this.#skipped = rest.keys
      // What was not saved is due again, before what has changed since.
      const next = this.#saves[0]?.changes ?? this.#memory.pending
      if (!rest.isEmpty) next.addEarlier(rest)
      outcome()
    }
    this.#startGroup()
  }
}

function skippedValue({ rejections: [rejection] }: StorageReceipt): PersistenceError | undefined {
  if (rejection === undefined) return undefined
  const message = 'A value has no JSON and cannot be saved: set it anew, delete its key, or discard it'
  return new PersistenceError('PERSIST_ROW_REJECTED', message, { rejection })
}

/** Where a bad row ends a save. @throws whatever else has. */
function rejectedRow(error: unknown): PersistenceError {
  if (error instanceof PersistenceError && error.code === 'PERSIST_ROW_REJECTED') return error
  throw error
}
