import { type DuckDBConnection, type DuckDBMaterializedResult, version } from '@duckdb/node-api'
import type { InstanceNews } from '../protocol/instance-news.js'
import type { OpenRequest } from '../protocol/requests.js'
import { quoteIdentifier, type SchemaRef } from '../protocol/sql.js'
import { leftToMain } from '../protocol/startup.js'
import { FifoLock } from '../sync/fifo-lock.js'
import type { ChangedTables } from './catalog/changed-tables.js'
import { Company } from './company.js'
import { isBrokenCommit, isStuckCommit, toFailure, WorkerFailure } from './failure.js'
import { DatabaseFile } from './instance/database-file.js'
import type { Instance } from './instance/instance.js'
import { isReadOnly, openInstance } from './instance/open-instance.js'
import { SettingWatch } from './instance/setting-watch.js'
import { applySettings, readSettings } from './instance/settings.js'
import { PoolCalls } from './pool-calls.js'
import { OpenFileGuard } from './read/open-file-guard.js'
import { RemoteSession } from './remote-session.js'
import { Sandbox } from './sandbox.js'
import { ServerTurns } from './server-turns.js'
import type { Shutdown } from './shutdown.js'

/** What an opening finds out. */
interface Opened {
  readonly instance: Instance
  readonly file: DatabaseFile | undefined
  readonly settings: SettingWatch
  readonly sandbox: Sandbox | undefined
  readonly openFiles: OpenFileGuard
  readonly remote: RemoteSession | undefined
  readonly turns: ServerTurns
  readonly mayCheckpoint: boolean
}

/** The one DuckDB instance of this worker. */
export class Database {
  readonly shutdown: Shutdown
  readonly #calls: PoolCalls
  readonly #commits = new FifoLock()
  readonly #checkpoints = new FifoLock()
  readonly #connections = new Set<DuckDBConnection>()
  readonly #instance: Instance
  readonly #settings: SettingWatch
  /** None for a database in memory. */
  readonly file: DatabaseFile | undefined
  readonly openFiles: OpenFileGuard
  /** Where rows are written to a server that has transactions of its own. */
  readonly remote: RemoteSession | undefined
  readonly turns: ServerTurns
  /** Whether a COMMIT may take as long as to move the log into the file. */
  readonly mayCheckpoint: boolean
  #isCheckpointDue = false
  readonly company: Company = new Company()
  #isBroken = false
  #isDisconnected = false
  /** Whether a transaction has been left open that nobody can end. */
  #isStuck = false
  /** What SQL is held against, where it is kept to the database. */
  readonly sandbox: Sandbox | undefined
  /** Is given the tables whose columns or constraints a statement may have changed. */
  tablesChanged: (changed: ChangedTables) => void = () => undefined

  private constructor(opened: Opened, shutdown: Shutdown) {
    const { instance, file, settings, sandbox, openFiles } = opened
    this.openFiles = openFiles
    this.remote = opened.remote
    this.turns = opened.turns
    this.mayCheckpoint = opened.mayCheckpoint
    openFiles.poolCall = (call) => this.poolCall(call)
    this.#instance = instance
    this.#settings = settings
    this.sandbox = sandbox
    this.file = file
    this.shutdown = shutdown
    this.#calls = new PoolCalls(shutdown)
  }

  static async open(request: OpenRequest, shutdown: Shutdown): Promise<Database> {
    const { path, config, settingChanges } = request
    const openFiles = new OpenFileGuard()
    const instance = await openInstance(request, openFiles)
    const connection = await instance.connect()
    try {
      const file = path === ':memory:' ? undefined : new DatabaseFile(path)
      await file?.checkOpened(connection, instance.place.catalog)
      const sandbox = request.sandbox ? await Sandbox.create(connection) : undefined
      await applySettings(connection, config, settingChanges)
      const settings = new SettingWatch(await readSettings(connection))
      const writes = request.remote?.writes
      const turns = new ServerTurns(writes !== undefined)
      await turns.look(connection)
      connection.disconnectSync()
      if (!isReadOnly(config)) file?.clearSpilled()
      const remote = writes === undefined ? undefined : new RemoteSession(instance.place, writes, turns)
      const mayCheckpoint = config.checkpoint_threshold !== leftToMain
      const opened = { instance, file, settings, sandbox, openFiles, remote, turns, mayCheckpoint }
      return new Database(opened, shutdown)
    } catch (error) {
      connection.disconnectSync()
      instance.close()
      openFiles.close()
      throw error
    }
  }

  get duckdbVersion(): string {
    return version()
  }

  /** Where its tables are. */
  get place(): SchemaRef {
    return this.#instance.place
  }

  /** Bytes of the write-ahead log. */
  get walBytes(): number {
    return this.file?.walBytes ?? 0
  }

  connect(): Promise<DuckDBConnection> {
    return this.poolCall(async () => {
      const connection = await this.#instance.connect()
      this.#connections.add(connection)
      return connection
    })
  }

  disconnect(connection: DuckDBConnection): void {
    if (this.#connections.delete(connection)) connection.disconnectSync()
  }

  /** Whether no call into DuckDB is under way, and one would be made at once. */
  get isIdle(): boolean {
    return this.#calls.isIdle
  }

  /** A short call on the libuv pool, after those asked for before it. */
  poolCall<Result>(call: () => Promise<Result>): Promise<Result> {
    return this.#calls.run(call)
  }

  /** A call that computes rows of a stream, after those asked for before it. */
  fetchCall<Result>(call: () => Promise<Result>): Promise<Result> {
    return this.#calls.fetch(call)
  }

  /** A short call that has to be made although the process is exiting. */
  poolCallToTheEnd<Result>(call: () => Promise<Result>): Promise<Result> {
    return this.#calls.runToTheEnd(call)
  }

  /** Runs JavaScript that may need much memory while no call is under way on the libuv pool. */
  compute<Result>(work: () => Result): Promise<Result> {
    return this.#calls.compute(work)
  }

  /** Runs one short statement without parameters, and all of it on the libuv pool. */
  execute(connection: DuckDBConnection, sql: string): Promise<DuckDBMaterializedResult> {
    return this.poolCall(() => connection.run(sql))
  }

  /** Runs a statement that may take long and must not be interrupted, such as COMMIT: an interrupt there can reject
   * although everything is committed. */
  async executeToTheEnd(connection: DuckDBConnection, sql: string): Promise<DuckDBMaterializedResult> {
    try {
      return await this.#calls.track(connection.run(sql))
    } catch (error) {
      throw await this.recordFailure(error)
    }
  }

  /** One at a time: DuckDB has them wait for each other, and those who wait would each have a thread of the pool. */
  async commit(connection: DuckDBConnection): Promise<void> {
    await this.#commits.run(() => this.executeToTheEnd(connection, 'COMMIT'))
  }

  /**
   * Where a COMMIT has failed in the middle, has the file stay as the log says when it is closed: a checkpoint would
   * write indexes that DuckDB has not taken back.
   *
   * @returns the error, with what it means where there is no file.
   */
  async recordFailure(error: unknown): Promise<unknown> {
    if (isStuckCommit(error)) this.#isStuck = true
    if (!isBrokenCommit(error)) return error
    if (this.file === undefined) return brokenInMemory(error)
    if (this.#isBroken) return error
    this.#isBroken = true
    const connection = await this.#calls.track(this.#instance.connect())
    await this.#calls.track(connection.run('PRAGMA disable_checkpoint_on_shutdown'))
    connection.disconnectSync()
    return error
  }

  /** A connection that is kept open by a server is only made by opening the database. */
  recordLostConnection(): void {
    this.#isDisconnected = this.remote !== undefined
  }

  /** Takes note of settings that SQL may have changed. */
  async recordSettings(): Promise<void> {
    const connection = await this.connect()
    try {
      this.#settings.record(await this.poolCall(() => readSettings(connection)))
    } finally {
      this.disconnect(connection)
    }
  }

  /** Takes note of a server that SQL has attached. */
  async recordAttached(): Promise<void> {
    const connection = await this.connect()
    try {
      await this.poolCall(() => this.turns.look(connection))
    } finally {
      this.disconnect(connection)
    }
  }

  /** What main does not know yet. */
  takeNews(): InstanceNews {
    const settingChanges = this.#settings.take()
    const mustReopen = this.#isBroken || this.#isDisconnected || this.#isStuck
    return {
      ...(settingChanges === undefined ? {} : { settingChanges }),
      ...(mustReopen ? { mustReopen } : {}),
    }
  }

  /** One at a time: DuckDB refuses a second one. */
  checkpoint(): Promise<void> {
    return this.#checkpoints.run(async () => {
      if (this.#isBroken) throw mustReopen()
      this.file?.checkSame()
      const connection = await this.connect()
      try {
        await this.executeToTheEnd(connection, `CHECKPOINT ${quoteIdentifier(this.place.catalog)}`)
        this.#isCheckpointDue = false
      } finally {
        this.disconnect(connection)
      }
    })
  }

  /** The log has what may not be readable at the next opening. */
  recordAltered(): void {
    this.#isCheckpointDue = this.file !== undefined
  }

  /** Tries a checkpoint that is due. DuckDB refuses it while a transaction is open that began before the ALTER. */
  async checkpointIfDue(): Promise<void> {
    if (!this.#isCheckpointDue || this.#isBroken) return
    // What was altered is committed all the same: the next call tries again, or fails with what is wrong.
    await this.checkpoint().catch(() => undefined)
  }

  /** Refuses calls from now on, and resolves when none is under way on the libuv pool. */
  drain(): Promise<void> {
    return this.#calls.drain()
  }

  /** Everything has ended: what is written from now on is the last. */
  allowLastWrites(): void {
    this.#calls.resume()
    this.shutdown.allowLastWrites()
  }

  /** Releases the file once no result of a query is held any more. No call may be under way. */
  async close(): Promise<void> {
    // The write-ahead log of another file would be taken for the one of this, and removed.
    if (this.file?.isSame === false) await this.#skipCheckpoint()
    for (const connection of this.#connections) connection.disconnectSync()
    this.#connections.clear()
    this.#instance.close()
    this.openFiles.close()
  }

  async #skipCheckpoint(): Promise<void> {
    const connection = await this.#instance.connect()
    await connection.run('PRAGMA disable_checkpoint_on_shutdown')
    connection.disconnectSync()
  }
}

function mustReopen(): WorkerFailure {
  return new WorkerFailure({
    code: 'PERSIST_WRITE_FAILED',
    message: 'The database is about to be opened again',
  })
}

/** A database that only memory has cannot be opened again. */
function brokenInMemory(error: unknown): WorkerFailure {
  const failure = toFailure(error, 'PERSIST_WRITE_FAILED', 'The commit failed')
  const hint =
    'The indexes of the tables written to may refuse keys that no row has: create these tables anew, and copy their rows'
  return new WorkerFailure({ ...failure, message: `${failure.message}. ${hint}` })
}
