import type { DuckDBConnection, DuckDBResult } from '@duckdb/node-api'
import type { Failure } from '../../protocol/failure.js'
import { exactReading } from '../../protocol/query-value.js'
import type { ExecuteReply, ExecuteRequest } from '../../protocol/requests.js'
import { noBatch, type ResultBatch } from '../../protocol/result-batch.js'
import { Deferred } from '../../sync/deferred.js'
import type { Database } from '../database.js'
import { WorkerFailure } from '../failure.js'
import { chunksOf, rowCountOf } from './chunks-of.js'
import { executeReads } from './execute-reads.js'
import { executeWrites } from './execute-writes.js'
import { Execution } from './execution.js'
import { type OuterTransaction, refuseLasting } from './outer-transaction.js'
import { type ChunkSource, ResultBatches } from './result-batches.js'
import { StreamedChunks } from './streamed-chunks.js'

/** Executes statements, on a connection of its own unless they are part of a transaction, and hands out the last one's result batch by batch. */
export class Cursor {
  readonly #database: Database
  readonly #done: () => void
  #connection: DuckDBConnection | undefined
  #batches: ResultBatches | undefined
  #outer: OuterTransaction | undefined
  #reading = exactReading
  #isByColumn = false
  /** Absent where all rows are there before the first is sent. */
  #stream: StreamedChunks | undefined
  #cancelled: Failure | undefined
  readonly #givenUp = new Deferred<void>()
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

  fetch(): Promise<ResultBatch> {
    const batch = this.#nextBatch()
    this.#running = batch.catch(() => undefined)
    return batch
  }

  /** Stops between two tasks with `failure`, and resolves when nothing is running any more. */
  async cancel(failure: Failure = { code: 'PERSIST_ABORTED', message: 'Interrupted' }): Promise<void> {
    this.#cancelled ??= failure
    this.#givenUp.resolve()
    // Rows of a stream may take long to compute.
    if (this.#stream !== undefined) this.#connection?.interrupt()
    await this.#running
    await this.#close()
  }

  async #execute(request: ExecuteRequest): Promise<ExecuteReply> {
    if (request.mayWrite) this.#database.file?.checkSame()
    const outer = this.#outer
    if (outer !== undefined) refuseLasting(request.sql)
    const connection = outer?.connection ?? (await this.#database.connect())
    this.#connection = connection
    this.#reading = request.reading
    this.#isByColumn = request.isByColumn === true
    const execution = new Execution(this.#database, connection, request, () => this.#checkCancelled(), outer)
    const { turns } = this.#database
    const task = async () => {
      this.#checkCancelled()
      return this.#executeNow(execution)
    }
    const { promise } = this.#givenUp
    // What a transaction writes by has other names, and its SQL may have those that others read by.
    return outer === undefined ? turns.read(task, promise) : turns.all(task, promise)
  }

  async #executeNow(execution: Execution): Promise<ExecuteReply> {
    const { connection, request } = execution
    if (request.mayWrite) {
      const { result, rowsChanged } = await executeWrites(execution)
      return this.#reply(result, rowsChanged, this.#database.walBytes)
    }
    // One that nobody reads to its end would hold up all others.
    const isStreamed = request.isStreamed === true && !this.#database.turns.isNeeded
    const result = await executeReads(execution, isStreamed)
    if (result === undefined) {
      await this.#close()
      return { executed: false }
    }
    if (result.isStreaming) return this.#replyStreamed(execution, result)
    const reply = await this.#reply(result, 0, 0)
    // The transaction would keep what others delete meanwhile; that of a closed connection is over.
    if (this.#connection !== undefined) await this.#database.execute(connection, 'COMMIT')
    return reply
  }

  async #reply(
    result: DuckDBResult | undefined,
    rowsChanged: number,
    walBytes: number,
    chunks?: ChunkSource,
  ): Promise<ExecuteReply> {
    if (result !== undefined) {
      const collectedRows = this.#isByColumn ? rowCountOf(result) : undefined
      const source = chunks ?? chunksOf(result)
      this.#batches = new ResultBatches(this.#database, result, source, this.#reading, collectedRows)
    }
    const { columns = [] } = this.#batches ?? {}
    const batch = await this.#nextBatch()
    return { executed: true, rowsChanged, columns, batch, walBytes }
  }

  async #nextBatch(): Promise<ResultBatch> {
    let batch: ResultBatch | undefined
    try {
      this.#checkCancelled()
      batch = (await this.#batches?.next()) ?? noBatch()
      return batch
    } finally {
      if (batch === undefined || batch.isLast) await this.#close()
    }
  }

  /** The transaction stays open until the last row is computed. */
  #replyStreamed(execution: Execution, result: DuckDBResult): Promise<ExecuteReply> {
    const stream = new StreamedChunks(this.#database, result)
    this.#stream = stream
    return this.#reply(result, 0, 0, async () => {
      const chunk = await stream.next()
      if (chunk === null && stream.hasFailed) await this.#failAs(execution)
      return chunk
    })
  }

  /** Executes statements whose stream has failed once more, as a whole: only so do the bindings say what has failed. */
  async #failAs(execution: Execution): Promise<never> {
    this.#checkCancelled()
    await this.#database.execute(execution.connection, 'ROLLBACK')
    await executeReads(execution, false)
    const message = 'The query failed after some of its rows were read, and not when it was tried again'
    throw new WorkerFailure({ code: 'PERSIST_QUERY_FAILED', message })
  }

  #checkCancelled(): void {
    this.#database.shutdown.checkStop()
    this.#outer?.checkStop()
    if (this.#cancelled !== undefined) throw new WorkerFailure(this.#cancelled)
  }

  async #close(): Promise<void> {
    const connection = this.#connection
    if (connection === undefined) return
    this.#connection = undefined
    this.#batches = undefined
    await this.#stream?.end(connection)
    if (this.#outer === undefined) this.#database.disconnect(connection)
    this.#done()
  }
}
