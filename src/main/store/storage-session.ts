import { PersistenceError } from '../contract/persistence-error.js'
import type { Dependent, Dependents } from '../scheduling/dependents.js'
import { Lifecycle, type LifecycleStatus } from '../scheduling/lifecycle.js'
import { runInSlices } from '../scheduling/sliced-loop.js'
import { internalsOf } from '../service-internals.js'
import { saveBeforeExit } from '../worker-thread/save-before-exit.js'
import { AutoSave } from './auto-save.js'
import type { ChangeSet } from './change-set.js'
import { ExitChanges } from './exit-changes.js'
import { ExpirySweep } from './expiry-sweep.js'
import type { Change } from './layer.js'
import { Memtable } from './memtable.js'
import { refuseSelfWait } from './refuse-self-wait.js'
import { saveAtExit } from './save-at-exit.js'
import { SaveQueue } from './save-queue.js'
import { SingleTask } from './single-task.js'
import { StorageDatabase } from './storage-database.js'
import type { EmitEvent, LoadReport } from './storage-events.js'
import type { ResolvedStorageOptions } from './storage-options.js'
import type { StorageReceipt } from './storage-receipt.js'
import { UnreportedError } from './unreported-error.js'
import type { UnsavedStore } from './unsaved-store.js'

/** A store from its first call to its end: when its database is opened, when changes are saved, and what fails. */
export class StorageSession<T> implements Dependent {
  readonly memory: Memtable<T> = new Memtable()
  readonly #options: ResolvedStorageOptions
  readonly #emit: EmitEvent
  readonly #queue: SaveQueue<T>
  readonly #autoSave: AutoSave
  readonly #sweep: ExpirySweep
  readonly #lifecycle = new Lifecycle<LifecycleStatus>('store', 'new')
  #opening: Promise<void> | undefined
  #database: StorageDatabase<T> | undefined
  #loaded: LoadReport = { entries: 0, unreadable: [] }
  readonly #exitChanges: ExitChanges<T>
  readonly #unreported: UnreportedError
  readonly #compaction = new SingleTask()
  #loading: Promise<LoadReport> | undefined
  #discardsChanges = false

  constructor(options: ResolvedStorageOptions, emit: EmitEvent) {
    this.#options = options
    this.#exitChanges = new ExitChanges(options)
    this.#emit = emit
    this.#unreported = new UnreportedError(emit)
    const write = (changes: ChangeSet<T>, rest: ChangeSet<T>) => this.#write(changes, rest)
    this.#queue = new SaveQueue(this.memory, write, options.sliceBudgetMs)
    this.#autoSave = new AutoSave(options.autoPersist, () => this.#saveByItself())
    const swept = () => this.#autoSave.record(this.memory.pending.size)
    this.#sweep = new ExpirySweep(this.memory, options.sliceBudgetMs, swept)
  }

  get hasDirty(): boolean {
    return this.#lifecycle.status === 'open' && this.#queue.dirty.length > 0
  }

  /** Opens the database if it is not open; undefined where there is nothing to wait for. */
  ready(): Promise<void> | undefined {
    saveAtExit.checkTime(this.#options.tableName)
    // Also when it has just been opened, until those who wait have had their turn: they were first.
    if (this.#opening !== undefined) return this.#opening
    if (this.#lifecycle.status === 'open') return undefined
    this.#lifecycle.check()
    refuseSelfWait(this.#options, 'the opening of a store')
    this.#lifecycle.status = 'opening'
    const end = () => {
      this.#opening = undefined
    }
    this.#opening = this.#open()
    this.#opening.then(end, end)
    return this.#opening
  }

  /** @throws `PERSIST_CLOSED` where it is not open. */
  checkOpen(): void {
    saveAtExit.checkTime(this.#options.tableName)
    this.#lifecycle.check()
    if (this.#lifecycle.status === 'open') return
    throw new PersistenceError('PERSIST_CLOSED', 'The store is not open yet: await load(), or another call')
  }

  /** Like the hook of `KeyValueStore`. */
  accept(takeRest: () => readonly Change<T>[]): () => void {
    saveAtExit.add(this)
    return this.#exitChanges.accept(takeRest)
  }

  /** Something was changed: resolves when it is as durable as it is to be. */
  changed(): Promise<void> | undefined {
    this.#autoSave.record(this.memory.pending.size)
    this.#sweep.schedule()
    if (this.#options.durability !== 'each') return undefined
    refuseSelfWait(this.#options, 'the save of a change')
    return this.#queue.saveTogether().then(() => undefined)
  }

  /** Saves what is due now, and reports an automatic save that failed before. */
  async persist(): Promise<StorageReceipt> {
    refuseSelfWait(this.#options, 'persist() of a store')
    const opening = this.ready()
    if (opening !== undefined) await opening
    const { mayBeGone } = this.#opened
    // Without a wait where there is none: what is changed after the call is not part of it.
    if (mayBeGone && this.#queue.dirty.length === 0 && (await this.#opened.isGone())) {
      this.#queue.saveEverything()
    }
    return this.#saveAndReport()
  }

  async load(): Promise<LoadReport> {
    if (this.#lifecycle.status !== 'open') {
      await this.ready()
      return this.#loaded
    }
    refuseSelfWait(this.#options, 'load()')
    this.#loading ??= this.#load(this.#opened).finally(() => {
      this.#loading = undefined
      this.#sweep.schedule()
    })
    return this.#loading
  }

  /** The database, once it is open. */
  async database(): Promise<StorageDatabase<T>> {
    await this.ready()
    return this.#opened
  }

  /** Like `close()` of the adapter. */
  async close(discardsChanges: boolean): Promise<void> {
    if (this.#lifecycle.status !== 'closed') refuseSelfWait(this.#options, 'close() of a store')
    return this.#end(async () => {
      await this.#finish(discardsChanges)
      await this.release()
      if (!discardsChanges) this.#unreported.report()
    })
  }

  /** Like `close()`, which the service does that the store is on, once all stores on it have saved. */
  async saveLast(): Promise<void> {
    // It may be closing by itself, and fail to.
    await this.#lifecycle.ending?.catch(() => undefined)
    return this.#end(() => this.#finish(false))
  }

  reopen(): void {
    if (this.#lifecycle.status !== 'closing') return
    this.#lifecycle.status = this.#database === undefined ? 'new' : 'open'
    this.#discardsChanges = false
    this.#lifecycle.forgetEnding()
    this.#autoSave.record(this.memory.pending.size)
    this.#sweep.start(this.#database)
  }

  async release(): Promise<void> {
    if (this.#lifecycle.status === 'closed') return
    saveBeforeExit.delete(this)
    await this.#database?.close()
    this.#forget()
    this.#lifecycle.status = 'closed'
  }

  #end(task: () => Promise<void>): Promise<void> {
    return this.#lifecycle.end(task, () => {
      // What could not be saved is still there, for another attempt; an error is reported once.
      this.reopen()
      this.#lifecycle.forgetEnding()
    })
  }

  async #finish(discardsChanges: boolean): Promise<void> {
    // What was called before the database is open has its turn first.
    if (this.#opening !== undefined) await this.#opening.catch(() => undefined)
    if (this.#lifecycle.status === 'closed') return
    this.#lifecycle.status = 'closing'
    this.#discardsChanges = discardsChanges
    if (this.#database === undefined) return
    this.#autoSave.stop()
    this.#sweep.stop()
    if (!discardsChanges) {
      // Those that were let in before are part of what is saved; no other is let in.
      await this.#exitChanges.made()
      await this.#queue.saveAll()
    }
    await this.#loading?.catch(() => undefined)
    await this.#compaction.running
  }

  /** For what is saved when the process has nothing else to do. */
  async save(): Promise<string | undefined> {
    await this.#queue.save()
    return this.hasDirty ? 'some values have no JSON' : undefined
  }

  /** What the worker of the database cannot save when the process exits. */
  takeUnsaved(): UnsavedStore | undefined {
    return this.#discardsChanges ? undefined : this.#exitChanges.takeUnsaved(this.#queue.dirty)
  }

  get #opened(): StorageDatabase<T> {
    if (this.#database === undefined) throw new PersistenceError('PERSIST_CLOSED', 'The store is not open')
    return this.#database
  }

  async #open(): Promise<void> {
    try {
      saveAtExit.add(this)
      this.#dependents?.add(this)
      const database = await StorageDatabase.open<T>(this.#options)
      try {
        this.#loaded = await this.#load(database)
      } catch (error) {
        await database.close()
        throw error
      }
      this.#database = database
      database.finalChanges = () => this.#takeFinalChanges()
      saveBeforeExit.add(this)
      this.#lifecycle.status = 'open'
      this.#sweep.start(database)
    } catch (error) {
      this.#lifecycle.status = 'new'
      this.#forget()
      throw error
    }
  }

  /** What is due, and what is to be since calls were accepted: at an exit, nobody changes the store any more. */
  #takeFinalChanges(): ChangeSet<T>[] {
    if (this.#discardsChanges) return []
    this.memory.apply(this.#exitChanges.takeAccepted())
    this.#exitChanges.isHandedOver = true
    return this.#queue.dirty
  }

  get #dependents(): Dependents | undefined {
    const { database } = this.#options
    return typeof database === 'string' ? undefined : internalsOf(database).dependents
  }

  #forget(): void {
    saveAtExit.delete(this)
    this.#dependents?.delete(this)
  }

  async #load(database: StorageDatabase<T>): Promise<LoadReport> {
    // From the moment on at which what is due is taken, to be saved before it is read again.
    this.memory.startJournal()
    await this.#queue.save()
    const loaded = await database.readAll()
    await runInSlices(this.memory.replace(loaded, this.#queue.dirty), this.#options.sliceBudgetMs)
    return { entries: this.memory.size, unreadable: loaded.unreadable }
  }

  async #write(changes: ChangeSet<T>, rest: ChangeSet<T>): Promise<StorageReceipt> {
    if (this.memory.pending.isEmpty) this.#autoSave.stop()
    try {
      const receipt = await this.#opened.save(changes, rest)
      if (this.#opened.needsCompaction) this.#compact()
      // What was skipped stays due, and its turn comes again.
      if (!rest.isEmpty) this.#autoSave.start()
      return receipt
    } catch (error) {
      if (this.#database?.recordsLoss(error) === true) rest.addEarlier(await this.#queue.copyEverything())
      this.#autoSave.start()
      throw error
    }
  }

  /** Takes its turn among the saves, and makes those after it wait for some milliseconds. */
  #compact(): void {
    if (this.#lifecycle.status !== 'open') return
    this.#compaction.start(
      () => this.#opened.compact(),
      (error) => this.#unreported.record(error),
    )
  }

  #saveByItself(): void {
    this.#queue.save().then(
      (receipt) => {
        if (receipt.rows > 0) this.#emit('persisted', receipt)
      },
      (error) => this.#unreported.record(error),
    )
  }

  async #saveAndReport(): Promise<StorageReceipt> {
    const receipt = await this.#queue.save().catch((error) => {
      this.#unreported.forget()
      throw error
    })
    this.#unreported.report()
    return receipt
  }
}
