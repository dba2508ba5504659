import type { DuckDBConnection, DuckDBMaterializedResult } from '@duckdb/node-api'
import type { Failure } from '../../protocol/failure.js'
import { exactReading, noRows, type ResultPage } from '../../protocol/query-value.js'
import type { ExecuteReply, ExecuteRequest } from '../../protocol/requests.js'
import type { Database } from '../database.js'
import { WorkerFailure } from '../failure.js'
import { executeReads } from './execute-reads.js'
import { executeWrites } from './execute-writes.js'
import { Execution } from './execution.js'
import { type OuterTransaction, refuseLasting } from './outer-transaction.js'
import { ResultPager } from './result-batches.js'

/** Executes statements, on a connection of its own unless they are part of a transaction, and hands out the last one's result page by page. */
export class Cursor {
  readonly #database: Database
  readonly #done: () => void
  #connection: DuckDBConnection | undefined
  #outer: OuterTransaction | undefined
  #pager: ResultPager | undefined
  #reading = exactReading
  #cancelled: Failure | undefined
  #running: Promise<unknown> = Promise.resolve()

  /** @param done - Called once, when the cursor has nothing more to give. */
  constructor(database: Database, done: () => void) {
    this.#database = database
    this.#done = done
  }

  /** @param outer - What the statements are part of. */
  execute(request: ExecuteRequest, outer?: OuterTransaction): Promise<ExecuteReply> {
    this.#outer = outer
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
    const outer = this.#outer
    if (outer !== undefined) refuseLasting(request.sql)
    const connection = outer?.connection ?? (await this.#database.connect())
    this.#connection = connection
    this.#reading = request.reading
    const execution = new Execution(this.#database, connection, request, () => this.#checkCancelled(), outer)
    if (request.mayWrite) {
      const { result, rowsChanged } = await executeWrites(execution)
      return this.#reply(result, rowsChanged, this.#database.walBytes)
    }
    const result = await executeReads(execution)
    if (result === undefined) {
      this.#close()
      return { executed: false }
    }
    const reply = await this.#reply(result, 0, 0)
    // The transaction would keep what others delete meanwhile; that of a closed connection is over.
    if (this.#connection !== undefined) await this.#database.execute(connection, 'COMMIT')
    return reply
  }

  async #reply(
    result: DuckDBMaterializedResult | undefined,
    rowsChanged: number,
    walBytes: number,
  ): Promise<ExecuteReply> {
    if (result !== undefined) this.#pager = new ResultPager(this.#database, result, this.#reading)
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

  #checkCancelled(): void {
    this.#database.shutdown.checkStop()
    this.#outer?.checkStop()
    if (this.#cancelled !== undefined) throw new WorkerFailure(this.#cancelled)
  }

  #close(): void {
    if (this.#connection === undefined) return
    if (this.#outer === undefined) this.#database.disconnect(this.#connection)
    this.#connection = undefined
    this.#pager = undefined
    this.#done()
  }
}
