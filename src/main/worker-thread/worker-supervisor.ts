import type { Failure } from '../../protocol/failure.js'
import type { FinalWrite, SettingChanges } from '../../protocol/requests.js'
import { mainOf, type TablePlace } from '../../protocol/sql.js'
import type { ResolvedOpenOptions } from '../contract/open-options.js'
import { PersistenceError } from '../contract/persistence-error.js'
import { startHost, toStartFailure } from './start-failure.js'
import type { WorkerHost } from './worker-client.js'

/** Where a database is, for as long as it is open. */
interface Place {
  /** Called before a worker opens it; where it rejects, none does. */
  check(): Promise<void>
  /** Called when a worker has opened it; where it rejects, it is closed again. */
  identify(): Promise<void>
}

/** Of a database in memory. */
const nowhere: Place = { check: async () => undefined, identify: async () => undefined }

/**
 * Holds the worker that has the database open, and starts another one where it was lost.
 *
 * At most one worker has the file open: a file opened twice in one process loses committed rows, without an error.
 */
export class DatabaseLink {
  readonly #path: string
  readonly #options: ResolvedOpenOptions
  readonly #place: Place
  #opening: Promise<WorkerHost> | undefined
  #previous: WorkerHost | undefined
  /** The last one that was started. */
  #host: WorkerHost | undefined
  #workers = 0
  #duckdbVersion = ''
  #tables = mainOf('')
  /** Global settings that SQL has changed; every opening sets them again. */
  #settingChanges: SettingChanges = {}
  /** What is to be written when the process exits, by its owner. */
  readonly finalWrites: Map<object, () => FinalWrite> = new Map()
  /** The lost workers whose loss some call was told of. */
  readonly #toldLosses = new WeakSet<WorkerHost>()

  /** @param path - Absolute, or `:memory:`. */
  constructor(path: string, options: ResolvedOpenOptions, place: Place = nowhere) {
    this.#path = path
    this.#options = options
    this.#place = place
  }

  get path(): string {
    return this.#path
  }

  get isInMemory(): boolean {
    return this.#path === ':memory:'
  }

  /** Where the tables are, once the database has been opened. */
  get tables(): TablePlace {
    return this.#tables
  }

  get duckdbVersion(): string {
    return this.#duckdbVersion
  }

  /** How many workers were started; every one after the first follows a lost one. */
  get workers(): number {
    return this.#workers
  }

  /** Starts the first worker, so that `open()` can tell whether the database opens. */
  async open(): Promise<void> {
    await this.#connect()
  }

  /**
   * Runs `task` with the worker that has the database open; with a new one if the last was lost.
   *
   * @throws what `task` throws; the codes of `open()`; `PERSIST_WORKER_LOST` if the worker ends meanwhile, and, once,
   * for an in-memory database that was lost while nothing ran.
   */
  async use<Result>(task: (host: WorkerHost) => Promise<Result>): Promise<Result> {
    const host = await this.#connect()
    try {
      return await task(host)
    } catch (error) {
      if (error instanceof PersistenceError) {
        if (error.code === 'PERSIST_WORKER_LOST') throw this.#lossOf(host, error.cause)
        if (error.code === 'PERSIST_DATABASE_INVALID' || host.mustReopen) void this.#retire(host)
      }
      throw error
    }
  }

  /** Closes the database and ends its worker; the file is free when this resolves. */
  async close(): Promise<void> {
    const host = await this.#opening?.catch(() => undefined)
    if (host !== undefined) await closeHost(host)
    else await this.#previous?.exited
  }

  /** Gives up waiting for the worker, which is inside of DuckDB: it closes the database when it returns from there. */
  abandon(): void {
    this.#host?.abandon()
  }

  async #connect(): Promise<WorkerHost> {
    const opening = this.#opening
    if (opening === undefined) return this.#open()
    const host = await opening
    if (!host.isLost && !host.mustReopen) return host
    // The call whose COMMIT failed was cancelled meanwhile, and did not see it.
    if (host.mustReopen) await this.#retire(host)
    if (!host.isLost) return this.#connect()
    if (this.#opening === opening) {
      this.#previous = host
      this.#opening = undefined
    }
    if (this.isInMemory && !this.#toldLosses.has(host)) throw this.#lossOf(host)
    return this.#connect()
  }

  #lossOf(host: WorkerHost, cause?: unknown): PersistenceError {
    this.#toldLosses.add(host)
    const isDataLost = this.isInMemory
    const consequence = isDataLost
      ? 'the in-memory database and all it held are gone'
      : 'the next call opens the database again'
    const message = `The worker thread has ended: ${consequence}`
    return new PersistenceError('PERSIST_WORKER_LOST', message, { cause, isDataLost })
  }

  /** Closes a database that cannot be used any more: the next call opens it again, which recovers it. */
  async #retire(host: WorkerHost): Promise<void> {
    const opening = this.#opening
    // What opens meanwhile, or failed to, is not this worker.
    if (opening === undefined || (await opening.catch(() => undefined)) !== host) return
    if (this.#opening !== opening) return
    this.#opening = undefined
    this.#previous = host
    const message = 'The database became unusable while this was under way: the next call opens it again'
    // An invalidated database refuses even to roll back; ending its thread is what counts.
    await closeHost(host, { code: 'PERSIST_DATABASE_INVALID', message }).catch(() => undefined)
  }

  #open(): Promise<WorkerHost> {
    const opening = this.#start()
    this.#opening = opening
    // A failed opening is tried again by the next call.
    opening.catch(() => {
      if (this.#opening === opening) this.#opening = undefined
    })
    return opening
  }

  async #start(): Promise<WorkerHost> {
    // A thread that has ended in an error may hold the file for as long as its last call into DuckDB takes.
    await this.#previous?.exited
    await this.#place.check()
    const host = startHost(
      this.#options.resourceLimits,
      () => [...this.finalWrites.values()].map((take) => take()),
      (changes) => {
        this.#settingChanges = { ...this.#settingChanges, ...changes }
      },
    )
    this.#host = host
    this.#workers++
    try {
      const { config, sandbox } = this.#options
      const settingChanges = this.#settingChanges
      const request = { path: this.#path, config, settingChanges, sandbox }
      const reply = await host.request('open', request)
      this.#duckdbVersion = reply.duckdbVersion
      this.#tables = reply.place
    } catch (error) {
      await (host.isLost ? host.exited : host.stop())
      throw toStartFailure(error)
    }
    try {
      await this.#place.identify()
    } catch (error) {
      await closeHost(host).catch(() => undefined)
      throw error
    }
    return host
  }
}

/** @param failure - What the calls that are under way fail with. */
async function closeHost(host: WorkerHost, failure?: Failure): Promise<void> {
  if (host.isLost) return host.exited
  try {
    await host.request('close', { finalWrites: [], ...(failure === undefined ? {} : { failure }) })
  } finally {
    await (host.isLost ? host.exited : host.stop())
  }
}
