import type { DuckDBAppender, DuckDBConnection, DuckDBMaterializedResult } from '@duckdb/node-api'
import type { TableRef } from '../protocol/sql.js'
import type { Database } from './database.js'
import { WorkerFailure } from './failure.js'
import { runCooperatively } from './run-cooperatively.js'

/** The connection of one transaction, whose statements let other requests in between and can be stopped. */
export class TransactionConnection {
  readonly #database: Database
  readonly #connection: DuckDBConnection
  /** Its calls are made although the process is exiting. */
  readonly #isLast: boolean
  #isStopped = false
  /** Whether it may have temporary tables. */
  #hasRun = false

  private constructor(database: Database, connection: DuckDBConnection, isLast: boolean) {
    this.#database = database
    this.#connection = connection
    this.#isLast = isLast
  }

  static async open(database: Database): Promise<TransactionConnection> {
    return new TransactionConnection(database, await database.connectToWrite(), false)
  }

  /** For what is written although the process is exiting: only `createAppender` and `runToTheEnd` are for it. */
  static async openToTheEnd(database: Database): Promise<TransactionConnection> {
    return new TransactionConnection(database, await database.connectToTheEnd(), true)
  }

  /** For what reads the catalog as the transaction sees it. */
  get duckdbConnection(): DuckDBConnection {
    return this.#connection
  }

  /** For statements of callers, which may leave anything behind. */
  lend(): DuckDBConnection {
    this.#hasRun = true
    return this.#connection
  }

  begin(): Promise<unknown> {
    return this.#database.execute(this.#connection, 'BEGIN TRANSACTION')
  }

  /** Statements fail from now on, the running one at its next task. */
  stop(): void {
    this.#isStopped = true
  }

  async run(sql: string): Promise<DuckDBMaterializedResult> {
    this.#hasRun = true
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
    const create = () => this.#connection.createAppender(name, schema, catalog)
    return this.#isLast ? this.#database.poolCallToTheEnd(create) : this.#database.poolCall(create)
  }

  /** Not to be stopped: it may reject then although everything is committed. */
  commit(): Promise<void> {
    return this.#database.commit(this.#connection)
  }

  /** Runs a statement that must not be stopped, such as ROLLBACK. */
  async runToTheEnd(sql: string): Promise<void> {
    await this.#database.executeToTheEnd(this.#connection, sql)
  }

  disconnect(): void {
    this.#database.disconnect(this.#connection)
  }

  /** After a COMMIT: the next transaction may have the connection, unless something may be left on it. */
  release(): void {
    if (this.#hasRun || this.#isStopped) this.disconnect()
    else this.#database.keep(this.#connection)
  }

  checkStop(): void {
    this.#database.shutdown.checkStop()
    if (this.#isStopped) throw new WorkerFailure({ code: 'PERSIST_ABORTED', message: 'Interrupted' })
  }
}
