import {
  type DuckDBConnection,
  type DuckDBMaterializedResult,
  type DuckDBPreparedStatement,
  StatementType,
} from '@duckdb/node-api'
import type { Failure } from '../../protocol/failure.js'
import { type ExecuteReply, type ExecuteRequest, noRows, type ResultPage } from '../../protocol/requests.js'
import type { Database } from '../database.js'
import { WorkerFailure } from '../failure.js'
import { runInTurns } from '../run-in-turns.js'
import { bindParameters } from './bind-parameters.js'
import { ResultPager } from './result-pager.js'
import { isRefusedWrite, mayChangeCatalog, prepareReads } from './statement-effects.js'

/** Executes statements on a connection of its own, and hands out the last one's result page by page. */
export class Cursor {
  readonly #database: Database
  readonly #done: () => void
  #connection: DuckDBConnection | undefined
  #pager: ResultPager | undefined
  #cancelled: Failure | undefined
  #running: Promise<unknown> = Promise.resolve()

  /** @param done - Called once, when the cursor has nothing more to give. */
  constructor(database: Database, done: () => void) {
    this.#database = database
    this.#done = done
  }

  execute(request: ExecuteRequest): Promise<ExecuteReply> {
    const reply = this.#execute(request)
    this.#running = reply.catch(() => this.#close())
    return reply
  }

  fetch(): Promise<ResultPage> {
    const page = this.#nextPage()
    this.#running = page.catch(() => undefined)
    return page
  }

  /** Stops between two tasks with `failure`, and resolves when nothing is running any more. */
  async cancel(failure: Failure = { code: 'PERSIST_ABORTED', message: 'Interrupted' }): Promise<void> {
    this.#cancelled ??= failure
    await this.#running
    this.#close()
  }

  async #execute(request: ExecuteRequest): Promise<ExecuteReply> {
    if (request.mayWrite) this.#database.file?.checkSame()
    const connection = await this.#database.connect()
    this.#connection = connection
    return request.mayWrite ? this.#write(connection, request) : this.#read(connection, request)
  }

  /** Executes the statements if all that they do is to read, and else none of them. */
  async #read(connection: DuckDBConnection, { sql, parameters }: ExecuteRequest): Promise<ExecuteReply> {
    const reads = await prepareReads(this.#database, connection, sql)
    if (reads === undefined) return this.#refuse()
    const { statements, isComputed } = reads
    try {
      if (isComputed) await this.#database.execute(connection, 'BEGIN TRANSACTION READ ONLY')
      let result: DuckDBMaterializedResult | undefined
      for (const [index, statement] of statements.entries()) {
        const isLast = index === statements.length - 1
        result = await this.#run(statement, isLast ? parameters : undefined)
      }
      const reply = await this.#reply(result, 0)
      // The transaction would keep what others delete meanwhile; that of a closed connection is over.
      if (isComputed && this.#connection !== undefined) await this.#database.execute(connection, 'COMMIT')
      return reply
    } catch (error) {
      if (isRefusedWrite(error)) return this.#refuse()
      throw error
    } finally {
      for (const statement of statements) statement.destroySync()
    }
  }

  /** Executes each statement before the next is prepared, which may be about what it makes. */
  async #write(connection: DuckDBConnection, { sql, parameters }: ExecuteRequest): Promise<ExecuteReply> {
    const database = this.#database
    const statements = await database.poolCall(() => connection.extractStatements(sql))
    let result: DuckDBMaterializedResult | undefined
    let hasTransactionStatement = false
    try {
      for (let index = 0; index < statements.count; index++) {
        const statement = await database.poolCall(() => statements.prepare(index))
        const { statementType } = statement
        database.sandbox?.checkType(statementType)
        if (statementType === StatementType.TRANSACTION) hasTransactionStatement = true
        const isLast = index === statements.count - 1
        try {
          await database.openFiles.check(sql, index, statementType)
          result = await this.#run(statement, isLast ? parameters : undefined)
        } finally {
          if (mayChangeCatalog(statementType, sql)) database.catalogVersion++
          statement.destroySync()
        }
      }
    } finally {
      await database.openFiles.releaseDetached(connection)
    }
    if (hasTransactionStatement) await this.#refuseOpenTransaction(connection)
    return this.#reply(result, database.walBytes)
  }

  #run(
    statement: DuckDBPreparedStatement,
    parameters: ExecuteRequest['parameters'],
  ): Promise<DuckDBMaterializedResult> {
    if (parameters !== undefined) bindParameters(statement, parameters)
    return runInTurns(this.#database, statement, () => this.#checkCancelled())
  }

  async #reply(result: DuckDBMaterializedResult | undefined, walBytes: number): Promise<ExecuteReply> {
    if (result !== undefined) this.#pager = new ResultPager(this.#database, result)
    const page = await this.#nextPage()
    return { executed: true, rowsChanged: result?.rowsChanged ?? 0, page, walBytes }
  }

  async #nextPage(): Promise<ResultPage> {
    let page: ResultPage | undefined
    try {
      this.#checkCancelled()
      page = (await this.#pager?.next()) ?? noRows
      return page
    } finally {
      if (page === undefined || page.isLast) this.#close()
    }
  }

  #refuse(): ExecuteReply {
    this.#close()
    return { executed: false }
  }

  /** A connection serves one call, so a transaction that it leaves open could never be committed. */
  async #refuseOpenTransaction(connection: DuckDBConnection): Promise<void> {
    try {
      await this.#database.execute(connection, 'ROLLBACK')
    } catch {
      return
    }
    throw new WorkerFailure({
      code: 'PERSIST_QUERY_FAILED',
      message:
        'The call left a transaction open, which is rolled back: BEGIN and COMMIT belong into one call',
    })
  }

  #checkCancelled(): void {
    this.#database.control.checkStop()
    if (this.#cancelled !== undefined) throw new WorkerFailure(this.#cancelled)
  }

  #close(): void {
    if (this.#connection === undefined) return
    this.#database.disconnect(this.#connection)
    this.#connection = undefined
    this.#pager = undefined
    this.#done()
  }
}
