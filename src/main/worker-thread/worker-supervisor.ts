import { reportLoss } from '../../process/report-loss.js'
import type { Failure } from '../../protocol/failure.js'
import type { InstanceSizes, SettingChanges } from '../../protocol/instance-news.js'
import type { ReplyOf } from '../../protocol/requests.js'
import { mainOf, type SchemaRef } from '../../protocol/sql.js'
import type { RemoteCatalog } from '../../protocol/startup.js'
import type { FinalWrite } from '../../protocol/write-requests.js'
import type { ResolvedOpenOptions } from '../contract/open-options.js'
import { PersistenceError } from '../contract/persistence-error.js'
import type { Draft, WorkerTrace } from '../contract/traces.js'
import { channels } from '../diagnostics/channels.js'
import { trace, traceFailure } from '../diagnostics/trace.js'
import { startClient, toStartFailure } from './start-failure.js'
import type { WorkerClient } from './worker-client.js'

/** Where a database is, for as long as it is open. */
interface Place {
  /** Called before a worker opens it; where it rejects, none does. */
  check(): Promise<void>
  /** Called when a worker has opened it; where it rejects, it is closed again. */
  identify(): Promise<void>
}

/** What is opened. */
interface OpenedDatabase {
  /** As it is published, without secrets. */
  readonly name: string
  /** Absolute path of a file, or `:memory:`. */
  readonly path: string
  readonly remote?: RemoteCatalog | undefined
}

/** Of a database in memory. */
const nowhere: Place = { check: async () => undefined, identify: async () => undefined }

/**
 * Holds the worker that has the database open, and starts another one where it was lost.
 *
 * At most one worker has the file open: a file opened twice in one process loses committed rows, without an error.
 */
export class WorkerSupervisor {
  readonly #database: OpenedDatabase
  readonly #options: ResolvedOpenOptions
  readonly #place: Place
  #opening: Promise<WorkerClient> | undefined
  #previous: WorkerClient | undefined
  /** The last one that was started. */
  #client: WorkerClient | undefined
  #workers = 0
  #isStarting = false
  #duckdbVersion = ''
  #tables = mainOf('')
  /** Global settings that SQL has changed; every opening sets them again. */
  #settingChanges: SettingChanges = {}
  #sizes: InstanceSizes = { fileBytes: 0, memoryBytes: 0 }
  /** What is to be written when the process exits, by its owner. */
  readonly finalWrites: Map<object, () => readonly FinalWrite[]> = new Map()
  /** The lost workers whose loss some call has reported. */
  readonly #reportedLosses = new WeakSet<WorkerClient>()

  constructor(database: OpenedDatabase, options: ResolvedOpenOptions, place: Place = nowhere) {
    this.#database = database
    this.#options = options
    this.#place = place
  }

  get path(): string {
    return this.#database.path
  }

  /** Whether its rows are gone with its worker. */
  get isInMemory(): boolean {
    return this.#database.path === ':memory:' && this.#database.remote === undefined
  }

  /** Whether its tables are in a catalog of another engine. */
  get isRemote(): boolean {
    return this.#database.remote !== undefined
  }

  /** Where the tables are, once the database has been opened. */
  get tables(): SchemaRef {
    return this.#tables
  }

  get duckdbVersion(): string {
    return this.#duckdbVersion
  }

  /** As the last answer said them. */
  get sizes(): InstanceSizes {
    return this.#sizes
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
  async use<Result>(task: (client: WorkerClient) => Promise<Result>): Promise<Result> {
    const client = await this.#connect()
    try {
      return await task(client)
    } catch (error) {
      if (error instanceof PersistenceError) {
        if (error.code === 'PERSIST_WORKER_LOST') throw this.#lossOf(client, error.cause)
        if (error.code === 'PERSIST_DATABASE_INVALID' || client.mustReopen) void this.#retire(client)
      }
      throw error
    }
  }

  /** Whether the last worker that was started has ended without being asked to. */
  get isLost(): boolean {
    return this.#client?.isLost === true
  }

  /** Whether one is being started, or opens the database. */
  get isStarting(): boolean {
    return this.#isStarting
  }

  /**
   * Asks how the database is; of a new worker if the last was lost. A loss that this rejects with is still to be reported
   * to a call.
   *
   * @throws as `use()`.
   */
  async askHealth(): Promise<ReplyOf<'health'>> {
    const client = await this.#connect(false)
    try {
      return await client.request('health', undefined)
    } catch (error) {
      const isInvalid = error instanceof PersistenceError && error.code === 'PERSIST_DATABASE_INVALID'
      if (isInvalid) void this.#retire(client)
      throw error
    }
  }

  /** Closes the database and ends its worker; the file is free when this resolves. */
  async close(): Promise<void> {
    const client = await this.#opening?.catch(() => undefined)
    if (client !== undefined) await closeClient(client)
    else await this.#previous?.exited
  }

  /** Gives up waiting for the worker, which is inside of DuckDB: it closes the database when it returns from there. */
  abandon(): void {
    this.#client?.abandon()
  }

  /** @param isCall - Whether it is for a call that the loss of a database in memory is reported to. */
  async #connect(isCall = true): Promise<WorkerClient> {
    const opening = this.#opening
    if (opening === undefined) return this.#open()
    const client = await opening
    if (!client.isLost && !client.mustReopen) return client
    // The call whose COMMIT failed was cancelled meanwhile, and did not see it.
    if (client.mustReopen) await this.#retire(client)
    if (!client.isLost) return this.#connect(isCall)
    if (this.#opening === opening) {
      this.#previous = client
      this.#opening = undefined
    }
    if (this.isInMemory && !this.#reportedLosses.has(client)) {
      throw isCall ? this.#lossOf(client) : this.#describeLoss()
    }
    return this.#connect(isCall)
  }

  #lossOf(client: WorkerClient, cause?: unknown): PersistenceError {
    this.#reportedLosses.add(client)
    return this.#describeLoss(cause)
  }

  #describeLoss(cause?: unknown): PersistenceError {
    const isDataLost = this.isInMemory
    const consequence = isDataLost
      ? 'the in-memory database and all it held are gone'
      : 'the next call opens the database again'
    const message = `The worker thread has ended: ${consequence}`
    return new PersistenceError('PERSIST_WORKER_LOST', message, { cause, isDataLost })
  }

  /** Closes a database that cannot be used any more: the next call opens it again, which recovers it. */
  async #retire(client: WorkerClient): Promise<void> {
    const opening = this.#opening
    // What opens meanwhile, or failed to, is not this worker.
    if (opening === undefined || (await opening.catch(() => undefined)) !== client) return
    if (this.#opening !== opening) return
    this.#opening = undefined
    this.#previous = client
    const message = 'The database became unusable while this was under way: the next call opens it again'
    // An invalidated database refuses even to roll back; ending its thread is what counts.
    await closeClient(client, { code: 'PERSIST_DATABASE_INVALID', message }).catch(() => undefined)
  }

  #open(): Promise<WorkerClient> {
    this.#isStarting = true
    const opening = this.#start().finally(() => {
      this.#isStarting = false
    })
    this.#opening = opening
    // A failed opening is tried again by the next call.
    opening.catch(() => {
      if (this.#opening === opening) this.#opening = undefined
    })
    return opening
  }

  async #start(): Promise<WorkerClient> {
    // A thread that has ended in an error may hold the file for as long as its last call into DuckDB takes.
    await this.#previous?.exited
    await this.#place.check()
    const client = startClient(
      this.#options.resourceLimits,
      () => [...this.finalWrites.values()].flatMap(takeFinalWrites),
      ({ settingChanges, sizes = this.#sizes }) => {
        this.#sizes = sizes
        if (settingChanges) this.#settingChanges = { ...this.#settingChanges, ...settingChanges }
      },
    )
    this.#client = client
    const number = ++this.#workers
    void client.exited.then(() => this.#traceLoss(client, number))
    if (!channels.worker.hasSubscribers) return this.#openIn(client)
    const context: Draft<WorkerTrace> = { database: this.#database.name, event: 'start', number }
    return trace(channels.worker, context, () => this.#openIn(client))
  }

  /** Publishes to subscribers that a worker has ended unasked. */
  #traceLoss(client: WorkerClient, number: number): void {
    if (!client.isLost || !channels.worker.hasSubscribers) return
    const error = this.#describeLoss(client.lossCause)
    const context: WorkerTrace = { database: this.#database.name, event: 'loss', number, error }
    traceFailure(channels.worker, context)
  }

  /** @throws what the worker cannot open the database for; it has ended then. */
  async #openIn(client: WorkerClient): Promise<WorkerClient> {
    try {
      const { config, sandbox, startup } = this.#options
      const settingChanges = this.#settingChanges
      const { path, remote } = this.#database
      const request = { path, config, settingChanges, sandbox, startup, ...(remote && { remote }) }
      const reply = await client.request('open', request)
      this.#duckdbVersion = reply.duckdbVersion
      this.#tables = reply.place
    } catch (error) {
      await (client.isLost ? client.exited : client.stop())
      throw toStartFailure(error)
    }
    try {
      await this.#place.identify()
    } catch (error) {
      await closeClient(client).catch(() => undefined)
      throw error
    }
    return client
  }
}

/** Others are written though one cannot be. */
function takeFinalWrites(take: () => readonly FinalWrite[]): readonly FinalWrite[] {
  try {
    return take()
  } catch (error) {
    reportLoss('what was due to be saved at exit is lost:', error)
    return []
  }
}

/** @param failure - What the calls that are under way fail with. */
async function closeClient(client: WorkerClient, failure?: Failure): Promise<void> {
  if (client.isLost) return client.exited
  try {
    await client.request('close', { finalWrites: [], ...(failure === undefined ? {} : { failure }) })
  } finally {
    await (client.isLost ? client.exited : client.stop())
  }
}
