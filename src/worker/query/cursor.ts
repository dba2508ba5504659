import {
  type DuckDBConnection,
  type DuckDBExtractedStatements,
  type DuckDBMaterializedResult,
  type DuckDBPreparedStatement,
  StatementType,
} from '@duckdb/node-api'
import type { Failure } from '../../protocol/failure.js'
import { type ExecuteReply, type ExecuteRequest, noRows, type ResultPage } from '../../protocol/requests.js'
import type { Database } from '../database.js'
import { WorkerFailure } from '../failure.js'
import { runInTurns } from '../run-in-turns.js'
import { DateProbe } from './date-probe.js'
import type { ReadKind } from './read-kind.js'
import { ResultPager } from './result-pager.js'
import { splitWithStrings } from './sql-words.js'
import {
  callsMacro,
  hasReadResult,
  isAllSelect,
  isReadType,
  isRefusedWrite,
  mayChangeCatalog,
  readKindWithoutEffects,
} from './statement-effects.js'
import { StatementParameters } from './statement-parameters.js'
import { endsWithExplain, rowsChangedBy } from './statement-result.js'

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

  /** Executes the statements if all that they do is to read, and else none of them to any effect. */
  async #read(connection: DuckDBConnection, request: ExecuteRequest): Promise<ExecuteReply> {
    const kind = readKindWithoutEffects(request.sql)
    if (kind === undefined) {
      // What DuckDB cannot parse fails at once.
      await this.#extract(connection, request.sql)
      return this.#refuse()
    }
    // Also to prepare: the arguments of functions that return tables are computed then.
    await this.#database.execute(connection, 'BEGIN TRANSACTION READ ONLY')
    let result = await this.#tryReads(connection, request, kind)
    if (result === undefined && kind.isPlan) {
      // To DuckDB, the plan of a write is one. What it is of could be prepared, and had no effect.
      await this.#database.execute(connection, 'ROLLBACK')
      await this.#database.execute(connection, 'BEGIN TRANSACTION')
      result = await this.#tryReads(connection, request, kind)
    }
    if (result === undefined) return this.#refuse()
    const reply = await this.#reply(result, 0, 0)
    // The transaction would keep what others delete meanwhile; that of a closed connection is over.
    if (this.#connection !== undefined) await this.#database.execute(connection, 'COMMIT')
    return reply
  }

  /** Undefined where a statement does not only read. */
  async #tryReads(
    connection: DuckDBConnection,
    request: ExecuteRequest,
    kind: ReadKind,
  ): Promise<DuckDBMaterializedResult | undefined> {
    const database = this.#database
    const { sql } = request
    let result: DuckDBMaterializedResult | undefined
    try {
      if (await callsMacro(database, connection, kind)) return undefined
      // In the transaction, for what DuckDB makes of EXPLAIN PIVOT begins one else.
      const extracted = await this.#extract(connection, sql)
      const values = this.#parametersOf(connection, request, extracted.count)
      for (let index = 0; index < extracted.count; index++) {
        const statement = await this.#prepareRead(connection, extracted, index, sql, kind)
        if (statement === undefined) return undefined
        try {
          const { statementType } = statement
          if (!isReadType(statementType, kind)) return undefined
          const own = await this.#run(statement, values)
          if (hasReadResult(statementType)) result = own
        } finally {
          statement.destroySync()
        }
      }
      return result
    } catch (error) {
      if (isRefusedWrite(error)) return undefined
      throw error
    }
  }

  /** An INSERT into a table that an earlier call is yet to create can be prepared when its turn comes; a SELECT reads now. */
  async #prepareRead(
    connection: DuckDBConnection,
    extracted: DuckDBExtractedStatements,
    index: number,
    sql: string,
    { mayInsert }: ReadKind,
  ): Promise<DuckDBPreparedStatement | undefined> {
    try {
      return await this.#database.poolCall(() => extracted.prepare(index))
    } catch (error) {
      if (mayInsert && !(await isAllSelect(this.#database, connection, sql))) return undefined
      throw error
    }
  }

  /** Executes each statement before the next is prepared, which may be about what it makes. */
  async #write(connection: DuckDBConnection, request: ExecuteRequest): Promise<ExecuteReply> {
    const database = this.#database
    const { sql } = request
    const statements = await this.#extract(connection, sql)
    const values = this.#parametersOf(connection, request, statements.count)
    const isExplained = endsWithExplain(sql)
    let result: DuckDBMaterializedResult | undefined
    let rowsChanged = 0
    let hasTransactionStatement = false
    try {
      for (let index = 0; index < statements.count; index++) {
        const statement = await database.poolCall(() => statements.prepare(index))
        const { statementType } = statement
        database.sandbox?.checkType(statementType)
        if (statementType === StatementType.TRANSACTION) hasTransactionStatement = true
        try {
          await database.openFiles.check(sql, index, statementType)
          const own = await this.#run(statement, values)
          if (!isExplained || hasReadResult(statementType)) result = own
          rowsChanged = rowsChangedBy(own, statementType)
        } finally {
          if (mayChangeCatalog(statementType, sql)) database.catalogVersion++
          statement.destroySync()
        }
      }
    } finally {
      await database.openFiles.releaseDetached(connection)
    }
    if (hasTransactionStatement) await this.#refuseOpenTransaction(connection)
    return this.#reply(result, rowsChanged, database.walBytes)
  }

  async #extract(connection: DuckDBConnection, sql: string): Promise<DuckDBExtractedStatements> {
    if (splitWithStrings(sql).length === 0) {
      throw new WorkerFailure({ code: 'PERSIST_QUERY_FAILED', message: 'The SQL has no statement' })
    }
    return this.#database.poolCall(() => connection.extractStatements(sql))
  }

  #parametersOf(connection: DuckDBConnection, request: ExecuteRequest, count: number): StatementParameters {
    const dates = new DateProbe(this.#database, connection, request.sql, request.mayWrite)
    return new StatementParameters(request, count, dates)
  }

  async #run(
    statement: DuckDBPreparedStatement,
    values: StatementParameters,
  ): Promise<DuckDBMaterializedResult> {
    await values.bind(statement)
    return runInTurns(this.#database, statement, () => this.#checkCancelled())
  }

  async #reply(
    result: DuckDBMaterializedResult | undefined,
    rowsChanged: number,
    walBytes: number,
  ): Promise<ExecuteReply> {
    if (result !== undefined) this.#pager = new ResultPager(this.#database, result)
    const page = await this.#nextPage()
    return { executed: true, rowsChanged, page, walBytes }
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
