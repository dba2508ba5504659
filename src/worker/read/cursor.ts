import type { DuckDBConnection, DuckDBMaterializedResult } from '@duckdb/node-api'
import type { Failure } from '../../protocol/failure.js'
import { exactReading } from '../../protocol/query-value.js'
import type { ExecuteReply, ExecuteRequest } from '../../protocol/requests.js'
import { noBatch, type ResultBatch } from '../../protocol/result-batch.js'
import type { Database } from '../database.js'
import { WorkerFailure } from '../failure.js'
import { chunksOf } from './chunks-of.js'
import { executeReads } from './execute-reads.js'
import { executeWrites } from './execute-writes.js'
import { Execution } from './execution.js'
import { ResultBatches } from './result-batches.js'

/** Executes statements on a connection of its own, and hands out the last one's result batch by batch. */
export class Cursor {
  readonly #database: Database
  readonly #done: () => void
  #connection: DuckDBConnection | undefined
  #batches: ResultBatches | undefined
  #reading = exactReading
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

  fetch(): Promise<ResultBatch> {
    const batch = this.#nextBatch()
    this.#running = batch.catch(() => undefined)
    return batch
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
    this.#reading = request.reading
    const execution = new Execution(this.#database, connection, request, () => this.#checkCancelled())
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
    if (result !== undefined) {
      this.#batches = new ResultBatches(this.#database, result, chunksOf(result), this.#reading)
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
      if (batch === undefined || batch.isLast) this.#close()
    }
  }

  #checkCancelled(): void {
    this.#database.shutdown.checkStop()
    if (this.#cancelled !== undefined) throw new WorkerFailure(this.#cancelled)
  }

  #close(): void {
    if (this.#connection === undefined) return
    this.#database.disconnect(this.#connection)
    this.#connection = undefined
    this.#batches = undefined
    this.#done()
  }
}
