import { type DuckDBConnection, type DuckDBMaterializedResult, StatementType } from '@duckdb/node-api'
import type { Failure } from '../../protocol/failure.js'
import type { ExecuteReply, ExecuteRequest, ResultPage } from '../../protocol/requests.js'
import type { Database } from '../database.js'
import { WorkerFailure } from '../failure.js'
import { runInTurns } from '../run-in-turns.js'
import { bindParameters } from './bind-parameters.js'
import { ResultPager } from './result-pager.js'

const readingStatements: ReadonlySet<StatementType> = new Set([StatementType.SELECT, StatementType.EXPLAIN])
const rowStatements: ReadonlySet<StatementType> = new Set([
  ...readingStatements,
  StatementType.INSERT,
  StatementType.UPDATE,
  StatementType.DELETE,
  StatementType.MERGE_INTO,
])

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

  fetch(): ResultPage {
    this.#checkCancelled()
    const page = this.#pager?.next() ?? { rows: [], isLast: true }
    if (page.isLast) this.#close()
    return page
  }

  /** Stops between two tasks with `failure`, and resolves when nothing is running any more. */
  async cancel(failure: Failure = { code: 'PERSIST_ABORTED', message: 'Interrupted' }): Promise<void> {
    this.#cancelled ??= failure
    await this.#running
    this.#close()
  }

  async #execute({ sql, parameters, mayWrite }: ExecuteRequest): Promise<ExecuteReply> {
    const database = this.#database
    if (mayWrite) database.file?.checkSame()
    const connection = await database.connect()
    this.#connection = connection
    const statements = await database.poolCall(() => connection.extractStatements(sql))
    let result: DuckDBMaterializedResult | undefined
    let hasTransactionStatement = false
    for (let index = 0; index < statements.count; index++) {
      const statement = await database.poolCall(() => statements.prepare(index))
      try {
        const { statementType } = statement
        if (!mayWrite && !readingStatements.has(statementType)) {
          this.#close()
          return { executed: false }
        }
        if (statementType === StatementType.TRANSACTION) hasTransactionStatement = true
        const isLast = index === statements.count - 1
        if (isLast && parameters !== undefined) bindParameters(statement, parameters)
        await database.openFiles.check(sql, index, statementType)
        try {
          result = await runInTurns(database, statement, () => this.#checkCancelled())
        } finally {
          if (!rowStatements.has(statementType)) database.catalogVersion++
        }
      } finally {
        statement.destroySync()
      }
    }
    if (mayWrite) await database.openFiles.releaseDetached(connection)
    if (hasTransactionStatement) await this.#refuseOpenTransaction(connection)
    const walBytes = mayWrite ? database.walBytes : 0
    if (result === undefined)
      return { executed: true, rowsChanged: 0, page: { rows: [], isLast: true }, walBytes }
    const { rowsChanged } = result
    this.#pager = new ResultPager(result)
    return { executed: true, rowsChanged, page: this.fetch(), walBytes }
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
