import type { EventEmitter } from 'node:events'
import { PersistenceError } from '../errors/persistence-error.js'
import { internalsOf } from '../service-internals.js'
import { AutoSave } from './auto-save.js'
import { callListeners } from './call-listeners.js'
import type { ChangeSet } from './change-set.js'
import { inSlices } from './in-slices.js'
import { MemoryLayer } from './memory-layer.js'
import { saveBeforeExit } from './save-before-exit.js'
import { SaveQueue } from './save-queue.js'
import { StorageDatabase, type StoredEntries } from './storage-database.js'
import type { ResolvedStorageOptions } from './storage-options.js'
import type { StorageReceipt } from './storage-receipt.js'

/** How long, in milliseconds, a loop over many entries may hold the event loop. */
export const sliceBudgetMs = 2

/** What `load()` and `importParquet()` found. */
export interface LoadReport {
  /** Entries that were read. */
  readonly entries: number
  /**
   * Keys whose values are not JSON, or nested more than 1,000 levels deep, and so are no entries; in the database they
   * stay until they are set or deleted.
   */
  readonly unreadable: readonly string[]
}

export interface StorageEvents {
  /** An automatic save was committed. */
  persisted: [receipt: StorageReceipt]
  /** An automatic save failed; its changes stay due, and are saved with the next. */
  persistError: [error: unknown]
}

type Status = 'new' | 'opening' | 'open' | 'closing' | 'closed'

/** A store from its first call to its end: when its database is opened, when changes are saved, and what fails. */
export class StorageSession<T> {
  readonly memory: MemoryLayer<T> = new MemoryLayer()
  readonly #options: ResolvedStorageOptions
  readonly #events: EventEmitter<StorageEvents>
  readonly #queue: SaveQueue<T>
  readonly #autoSave: AutoSave
  #status: Status = 'new'
  #opening: Promise<void> | undefined
  #database: StorageDatabase<T> | undefined
  #loaded: LoadReport = { entries: 0, unreadable: [] }
  /** An automatic save that failed, which no call has been told of. */
  #untold: { readonly error: unknown } | undefined
  #folding: Promise<void> | undefined
  #loading: Promise<LoadReport> | undefined
  #closed: Promise<void> | undefined

  constructor(options: ResolvedStorageOptions, events: EventEmitter<StorageEvents>) {
    this.#options = options
    this.#events = events
    this.#queue = new SaveQueue(this.memory, (changes, rest) => this.#write(changes, rest))
    this.#autoSave = new AutoSave(options.autoPersist, () => this.#saveByItself())
  }

  get hasDue(): boolean {
    return this.#status === 'open' && this.#queue.due.length > 0
  }

  /** Opens the database if it is not open; undefined where there is nothing to wait for. */
  ready(): Promise<void> | undefined {
    if (this.#status === 'open') return undefined
    if (this.#status === 'closing' || this.#status === 'closed') {
      throw new PersistenceError('PERSIST_CLOSED', `The store is ${this.#status}`)
    }
    this.#refuseSelfWait('the opening of a store')
    if (this.#opening === undefined) {
      this.#status = 'opening'
      this.#opening = this.#open().finally(() => {
        this.#opening = undefined
      })
    }
    return this.#opening
  }

  /** Something was changed: resolves when it is as durable as it is to be. */
  changed(): Promise<void> | undefined {
    this.#autoSave.note(this.memory.pending.size)
    if (this.#options.durability !== 'each') return undefined
    this.#refuseSelfWait('the save of a change')
    return this.#queue.saveTogether().then(() => undefined)
  }

  /** Saves what is due now, and tells of an automatic save that failed before. */
  async persist(): Promise<StorageReceipt> {
    this.#refuseSelfWait('persist() of a store')
    await this.ready()
    if (this.#queue.due.length === 0 && (await this.#opened.isGone())) this.memory.makeAllDue()
    return this.#saveAndTell()
  }

  async load(): Promise<LoadReport> {
    if (this.#status !== 'open') {
      await this.ready()
      return this.#loaded
    }
    this.#refuseSelfWait('load()')
    this.#loading ??= this.#load(this.#opened).finally(() => {
      this.#loading = undefined
    })
    return this.#loading
  }

  /** The database, once it is open. */
  async database(): Promise<StorageDatabase<T>> {
    await this.ready()
    return this.#opened
  }

  async import(file: string): Promise<LoadReport> {
    this.#refuseSelfWait('importParquet()')
    const database = await this.database()
    const { entries, unreadable } = await database.readParquet(file)
    for await (const [key, text] of inSlices(entries, sliceBudgetMs)) {
      const opening = this.ready()
      if (opening !== undefined) await opening
      // Text is as good as a value here: it is parsed when it is asked for, and saved as it is.
      this.memory.apply([{ type: 'set', key, value: text as T }])
    }
    await this.persist()
    return { entries: entries.size, unreadable }
  }

  /** Like `close()` of the adapter. */
  async close(discardsChanges: boolean): Promise<void> {
    if (this.#status !== 'closed') this.#refuseSelfWait('close() of a store')
    this.#closed ??= this.#close(discardsChanges).catch((error) => {
      // What could not be saved is still there, for another attempt; an error is told once.
      if (this.#status === 'closing') this.#status = 'open'
      this.#closed = this.#status === 'closed' ? Promise.resolve() : undefined
      throw error
    })
    return this.#closed
  }

  async #close(discardsChanges: boolean): Promise<void> {
    // What was called before the database is open has its turn first.
    if (this.#opening !== undefined) await this.#opening.catch(() => undefined)
    const database = this.#database
    if (this.#status !== 'open' || database === undefined) {
      this.#status = 'closed'
      return
    }
    this.#status = 'closing'
    this.#autoSave.stop()
    if (!discardsChanges) await this.#saveLast()
    await this.#loading?.catch(() => undefined)
    await this.#folding
    saveBeforeExit.delete(this)
    await database.close()
    this.#status = 'closed'
    if (!discardsChanges) this.#tell()
  }

  async #saveLast(): Promise<void> {
    for (;;) {
      const { rejections } = await this.#queue.save()
      // A call that was let in before may make its change only now.
      if (this.#queue.due.length === 0) return
      const [rejection] = rejections
      if (rejection === undefined) continue
      const message = 'A value has no JSON and cannot be saved: set it anew, delete its key, or discard it'
      throw new PersistenceError('PERSIST_ROW_REJECTED', message, { rejection })
    }
  }

  /** For whoever saves when the process ends. */
  save(): Promise<StorageReceipt> {
    return this.#queue.save()
  }

  /** @throws TypeError where what waits for a save is code of a `persist()` that saves wait for. */
  #refuseSelfWait(what: string): void {
    const { database } = this.#options
    if (typeof database !== 'string') internalsOf(database).refuseSelfWait(what)
  }

  get #opened(): StorageDatabase<T> {
    if (this.#database === undefined) throw new PersistenceError('PERSIST_CLOSED', 'The store is not open')
    return this.#database
  }

  async #open(): Promise<void> {
    try {
      const database = await StorageDatabase.open<T>(this.#options)
      try {
        this.#loaded = await this.#load(database)
      } catch (error) {
        await database.close()
        throw error
      }
      this.#database = database
      database.finalChanges = () => this.#queue.due
      saveBeforeExit.add(this)
      this.#status = 'open'
    } catch (error) {
      this.#status = 'new'
      throw error
    }
  }

  async #load(database: StorageDatabase<T>): Promise<LoadReport> {
    // From the moment on at which what is due is taken, to be saved before it is read again.
    this.memory.startJournal()
    await this.#queue.save()
    const { entries, unreadable }: StoredEntries = await database.readAll()
    this.memory.replace(entries, unreadable, this.#queue.due)
    return { entries: entries.size, unreadable }
  }

  async #write(changes: ChangeSet<T>, rest: ChangeSet<T>): Promise<StorageReceipt> {
    if (this.memory.pending.isEmpty) this.#autoSave.stop()
    try {
      const receipt = await this.#opened.save(changes, rest)
      if (this.#opened.needsFold) this.#fold()
      // What was skipped stays due, and its turn comes again.
      if (!rest.isEmpty) this.#autoSave.start()
      return receipt
    } catch (error) {
      if (this.#database?.notesLoss(error) === true) this.memory.makeAllDue()
      this.#autoSave.start()
      throw error
    }
  }

  /** Takes its turn among the saves, and makes those after it wait for some milliseconds. */
  #fold(): void {
    this.#folding ??= this.#opened
      .fold()
      .catch((error) => this.#report(error))
      .finally(() => {
        this.#folding = undefined
      })
  }

  #saveByItself(): void {
    this.#queue.save().then(
      (receipt) => {
        if (receipt.rows > 0) callListeners(this.#events, 'persisted', receipt)
      },
      (error) => this.#report(error),
    )
  }

  #report(error: unknown): void {
    this.#untold = { error }
    callListeners(this.#events, 'persistError', error)
  }

  async #saveAndTell(): Promise<StorageReceipt> {
    const receipt = await this.#queue.save().catch((error) => {
      this.#untold = undefined
      throw error
    })
    this.#tell()
    return receipt
  }

  #tell(): void {
    const untold = this.#untold
    this.#untold = undefined
    if (untold !== undefined) throw untold.error
  }
}
