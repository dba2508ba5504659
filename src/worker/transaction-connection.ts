import type { DuckDBAppender, DuckDBConnection, DuckDBMaterializedResult } from '@duckdb/node-api'
import type { TableRef } from '../protocol/sql.js'
import { Deferred } from '../sync/deferred.js'
import type { Database } from './database.js'
import { WorkerFailure } from './failure.js'
import type { RemoteTransaction } from './remote-session.js'
import { runCooperatively } from './run-cooperatively.js'

/** The connection of one transaction, whose statements let other requests in between and can be stopped. */
export class TransactionConnection {
  readonly #database: Database
  readonly #connection: DuckDBConnection
  #isStopped = false
  readonly #stopped = new Deferred<void>()
  /** On a server. */
  #remote: RemoteTransaction | undefined

  private constructor(database: Database, connection: DuckDBConnection) {
    this.#database = database
    this.#connection = connection
  }

  static async open(database: Database): Promise<TransactionConnection> {
    return new TransactionConnection(database, await database.connect())
  }

  /** For what reads the catalog as the transaction sees it. */
  get duckdbConnection(): DuckDBConnection {
    return this.#connection
  }

  async begin(): Promise<void> {
    await this.#database.execute(this.#connection, 'BEGIN TRANSACTION')
  }

  /** Begins on the server, where there is one, as late as can be: it has one transaction at a time. */
  async beginRemote(): Promise<void> {
    const { remote } = this.#database
    if (remote === undefined || this.#remote !== undefined) return
    const run = (connection: DuckDBConnection, sql: string) => this.#database.executeToTheEnd(connection, sql)
    this.#remote = await remote.begin(this.#connection, run)
  }

  /** Whether it writes to a server that has transactions of its own. */
  get hasServer(): boolean {
    return this.#database.remote !== undefined
  }

  /** Deletes rows there, as `RemoteSession` does. */
  async deleteOnServer(table: TableRef, names: readonly string[], select: string): Promise<void> {
    await this.#database.remote?.delete((sql) => this.#runNow(sql), table, names, select)
  }

  /** Whether others use the worker, who should not have to wait for what is long. */
  get hasCompany(): boolean {
    return this.#database.company.isPresent
  }

  /** Statements fail from now on, the running one at its next task. */
  stop(): void {
    this.#isStopped = true
    this.#stopped.resolve()
  }

  run(sql: string): Promise<DuckDBMaterializedResult> {
    const { turns } = this.#database
    return turns.write(() => this.#runNow(sql), this.#stopped.promise)
  }

  async #runNow(sql: string): Promise<DuckDBMaterializedResult> {
    this.checkStop()
    const statement = await this.#database.poolCall(() => this.#connection.prepare(sql))
    try {
      return await runCooperatively(this.#database, this.#connection, statement, () => this.checkStop())
    } finally {
      statement.destroySync()
    }
  }

  /** Runs an INSERT, UPDATE or DELETE, or a CREATE TABLE AS, and resolves to its count of rows. */
  async change(sql: string): Promise<number> {
    const [rows = 0] = await this.readNumbers(sql)
    return rows
  }

  /** The first row of a result of numbers; NULL is 0. */
  async readNumbers(sql: string): Promise<number[]> {
    const result = await this.run(sql)
    const [row = []] = await this.#database.poolCall(() => result.getRows())
    return row.map(Number)
  }

  /** Runs JavaScript that may need much memory; see the database. */
  compute<Result>(work: () => Result): Promise<Result> {
    return this.#database.compute(work)
  }

  /** The only place that makes one. It writes what it holds when it is closed or collected: it is to be discarded. */
  createAppender({ catalog, schema, name }: TableRef): Promise<DuckDBAppender> {
    return this.#database.poolCall(() => this.#connection.createAppender(name, schema, catalog))
  }

  /** Not to be stopped: it may reject then although everything is committed. */
  async commit(): Promise<void> {
    await this.#remote?.commit()
    this.#remote = undefined
    await this.#database.commit(this.#connection)
  }

  /** Not to be stopped either. */
  async rollback(): Promise<void> {
    const remote = this.#remote
    this.#remote = undefined
    // First here: what has failed runs no other statement, not even one for the server.
    await this.runToTheEnd('ROLLBACK').finally(() => remote?.rollback())
  }

  /** Runs a statement that must not be stopped. */
  async runToTheEnd(sql: string): Promise<void> {
    await this.#database.executeToTheEnd(this.#connection, sql)
  }

  disconnect(): void {
    this.#database.disconnect(this.#connection)
  }

  get isStopped(): boolean {
    return this.#isStopped
  }

  checkStop(): void {
    this.#database.shutdown.checkStop()
    if (this.#isStopped) throw new WorkerFailure({ code: 'PERSIST_ABORTED', message: 'Interrupted' })
  }
}
