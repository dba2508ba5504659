import {
  type DuckDBConnection,
  DuckDBInstance,
  type DuckDBMaterializedResult,
  version,
} from '@duckdb/node-api'
import { clearSpillFiles } from './clear-spill-files.js'
import type { Control } from './control.js'
import { DatabaseFile } from './database-file.js'
import { OpenFileGuard } from './query/open-file-guard.js'
import { SerialQueue } from './serial-queue.js'

/** Set after opening: the setting exists once the ICU extension is loaded, which it is by then. */
const timeZoneSetting = 'timezone'

/** The one DuckDB instance of this worker. */
export class Database {
  readonly control: Control
  /**
   * Calls that DuckDB's bindings run on the process's libuv pool, whose few threads Node's own I/O needs too. One at
   * a time for short calls; commits and checkpoints, which may be long, go past the queue, and are one at a time
   * because main runs one transaction at a time.
   */
  readonly #poolCalls = new SerialQueue()
  readonly #inFlight = new Set<Promise<unknown>>()
  readonly #connections = new Set<DuckDBConnection>()
  readonly #instance: DuckDBInstance
  /** None for a database in memory. */
  readonly file: DatabaseFile | undefined
  readonly openFiles: OpenFileGuard = new OpenFileGuard(this)
  /** Counts the statements that may have changed a table's columns. */
  catalogVersion = 0

  private constructor(instance: DuckDBInstance, file: DatabaseFile | undefined, control: Control) {
    this.#instance = instance
    this.file = file
    this.control = control
  }

  static async open(
    path: string,
    config: Readonly<Record<string, string>>,
    control: Control,
  ): Promise<Database> {
    const timeZone = Object.keys(config).find((name) => name.toLowerCase() === timeZoneSetting)
    const settings = Object.entries(config).filter(([name]) => name !== timeZone)
    const instance = await DuckDBInstance.create(path, Object.fromEntries(settings))
    if (path !== ':memory:' && config.access_mode !== 'READ_ONLY') clearSpillFiles(path)
    const file = path === ':memory:' ? undefined : new DatabaseFile(path)
    const database = new Database(instance, file, control)
    const connection = await database.connect()
    try {
      await file?.checkOpened(database, connection)
    } catch (error) {
      await database.close()
      throw error
    }
    // Times without an offset are UTC here, so a cast between TIMESTAMP and TIMESTAMPTZ changes nothing.
    const zone = timeZone === undefined ? 'UTC' : (config[timeZone] ?? 'UTC')
    await database.execute(connection, `SET GLOBAL TimeZone = '${zone.replaceAll("'", "''")}'`)
    database.disconnect(connection)
    return database
  }

  get duckdbVersion(): string {
    return version()
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

  /** Connects although the process is exiting. */
  async connectToTheEnd(): Promise<DuckDBConnection> {
    const connection = await this.#instance.connect()
    this.#connections.add(connection)
    return connection
  }

  disconnect(connection: DuckDBConnection): void {
    if (this.#connections.delete(connection)) connection.disconnectSync()
  }

  /** A short call on the libuv pool, after those asked for before it. */
  poolCall<Result>(call: () => Promise<Result>): Promise<Result> {
    return this.#poolCalls.add(() => {
      this.control.checkStop()
      return this.#track(call())
    })
  }

  /**
   * Runs JavaScript that may need much memory while no call is under way on the libuv pool: a thread that ends for its
   * heap's limit aborts the process where such a call completes meanwhile.
   */
  compute<Result>(work: () => Result): Promise<Result> {
    return this.#poolCalls.add(async () => {
      while (this.#inFlight.size > 0) await Promise.allSettled(this.#inFlight)
      this.control.checkStop()
      return work()
    })
  }

  /** Runs one short statement without parameters, and all of it on the libuv pool. */
  execute(connection: DuckDBConnection, sql: string): Promise<DuckDBMaterializedResult> {
    return this.poolCall(() => connection.run(sql))
  }

  /** Runs a statement that may take long and must not be interrupted, such as COMMIT: an interrupt there can reject
   * although everything is committed. */
  executeToTheEnd(connection: DuckDBConnection, sql: string): Promise<DuckDBMaterializedResult> {
    return this.#track(connection.run(sql))
  }

  /** Resolves when no call is under way on the libuv pool. */
  async settle(): Promise<void> {
    await this.#poolCalls.drain()
    await Promise.allSettled(this.#inFlight)
  }

  /** Releases the file once no result of a query is held any more. No call may be under way. */
  async close(): Promise<void> {
    // The write-ahead log of another file would be taken for the one of this, and removed.
    if (this.file?.isSame === false) await this.#skipCheckpoint()
    for (const connection of this.#connections) connection.disconnectSync()
    this.#connections.clear()
    this.#instance.closeSync()
    this.openFiles.close()
  }

  async #skipCheckpoint(): Promise<void> {
    const connection = await this.#instance.connect()
    await connection.run('PRAGMA disable_checkpoint_on_shutdown')
    connection.disconnectSync()
  }

  #track<Result>(call: Promise<Result>): Promise<Result> {
    this.#inFlight.add(call)
    const forget = () => this.#inFlight.delete(call)
    call.then(forget, forget)
    return call
  }
}
