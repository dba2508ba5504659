import { Deferred } from '../../sync/deferred.js'
import { PersistenceError } from '../contract/persistence-error.js'
import { codeInside } from '../scheduling/code-inside.js'
import { setImmediate } from '../scheduling/real-timers.js'
import { runInSlices } from '../scheduling/sliced-loop.js'
import { ChangeSet } from './change-set.js'
import type { Memtable } from './memtable.js'
import { emptyReceipt, type StorageReceipt } from './storage-receipt.js'

/** Writes a set of changes in one transaction; those that it could not write it adds to `rest`. */
export type SaveChanges<T> = (changes: ChangeSet<T>, rest: ChangeSet<T>) => Promise<StorageReceipt>

/** Changes as they were at one moment, and those who wait for them to be saved. */
interface Save<T> {
  readonly changes: ChangeSet<T>
  /** Resolves when the changes are all there. */
  readonly made?: Promise<void>
  readonly receipt: Deferred<StorageReceipt>
}

/** Saves what is due, one transaction after the other, and forgets no change that could not be saved. */
export class SaveQueue<T> {
  readonly #memory: Memtable<T>
  readonly #write: SaveChanges<T>
  readonly #sliceBudgetMs: number
  /** The first one is running. */
  readonly #saves: Save<T>[] = []
  /** Of those who wait for the next save. */
  #group: Deferred<StorageReceipt> | undefined

  constructor(memory: Memtable<T>, write: SaveChanges<T>, sliceBudgetMs: number) {
    this.#memory = memory
    this.#write = write
    this.#sliceBudgetMs = sliceBudgetMs
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

  /** Saves everything there is at this moment, to a database that has lost it. */
  saveEverything(): void {
    // What is due is part of it.
    this.#memory.takePending()
    const changes = new ChangeSet<T>()
    const made = this.#copyEverything(changes)
    this.#enqueue({ changes, made, receipt: new Deferred() })
  }

  /** The changes that save everything there is at this moment. */
  async copyEverything(): Promise<ChangeSet<T>> {
    const changes = new ChangeSet<T>()
    await this.#copyEverything(changes)
    return changes
  }

  /**
   * Saves until nothing is due. Nothing may be changed meanwhile.
   *
   * @throws `PERSIST_ROW_REJECTED` for a value that was skipped.
   */
  async saveAll(): Promise<void> {
    for (;;) {
      const { rejections } = await this.save()
      if (this.dirty.length === 0) return
      const [rejection] = rejections
      if (rejection === undefined) continue
      const message = 'A value has no JSON and cannot be saved: set it anew, delete its key, or discard it'
      throw new PersistenceError('PERSIST_ROW_REJECTED', message, { rejection })
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

  #copyEverything(changes: ChangeSet<T>): Promise<void> {
    return runInSlices(this.#memory.copyAll(changes), this.#sliceBudgetMs)
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
      const { changes, made, receipt } = save
      if (made !== undefined) await made
      const outcome = await this.#write(changes, rest).then(
        (saved) => () => receipt.resolve(saved),
        (error) => {
          rest.addEarlier(changes)
          return () => receipt.reject(error)
        },
      )
      this.#saves.shift()
      // What was not saved is due again, before what has changed since.
      const next = this.#saves[0]?.changes ?? this.#memory.pending
      if (!rest.isEmpty) next.addEarlier(rest)
      outcome()
    }
    this.#startGroup()
  }
}
