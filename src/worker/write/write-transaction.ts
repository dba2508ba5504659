import { setImmediate } from 'node:timers/promises'
import type { EncodedBatch } from '../../protocol/batch-layout.js'
import type { Failure } from '../../protocol/failure.js'
import { exactReading } from '../../protocol/query-value.js'
import type { ExecuteReply, ExecuteRequest } from '../../protocol/requests.js'
import { qualify } from '../../protocol/sql.js'
import type { ViolationPage } from '../../protocol/violation.js'
import type {
  AddWriterRequest,
  BeginRequest,
  CallOutcome,
  CallRange,
  GroupedOutcome,
  WriterRequest,
} from '../../protocol/write-requests.js'
import { FifoLock } from '../../sync/fifo-lock.js'
import type { CatalogReader } from '../catalog/catalog-reader.js'
import type { Database } from '../database.js'
import { toFailure, WorkerFailure } from '../failure.js'
import type { Cursor } from '../read/cursor.js'
import { TransactionConnection } from '../transaction-connection.js'
import type { IdleConnections } from './idle-connections.js'
import { TransactionEffects } from './transaction-effects.js'
import { TransactionWriter } from './transaction-writer.js'

/** How long, in milliseconds, batches are appended one after the other before other requests have their turn. */
const turnMs = 2

const rolledBack: Failure = { code: 'PERSIST_ABORTED', message: 'The transaction is rolled back' }

/**
 * One transaction on a connection of its own, from BEGIN to COMMIT or ROLLBACK.
 *
 * Main sends its requests without waiting for the answers, so they queue here. Once one has failed, all but a
 * rollback fail alike: a COMMIT would resolve, and store nothing.
 */
export class WriteTransaction {
  readonly #database: Database
  readonly #catalog: CatalogReader
  readonly #connections: IdleConnections
  readonly #isShort: boolean
  readonly #steps = new FifoLock()
  #connection: TransactionConnection | undefined
  /** By their indexes, in the order in which they are applied. */
  readonly #writers = new Map<number, TransactionWriter>()
  readonly #effects = new TransactionEffects()
  /** Whether it is a caller's, whose statements may leave anything behind and see what others have. */
  #isOpenToAll = false
  #reading = exactReading
  #failure: Failure | undefined
  #hasBegun = false
  #outcomes: readonly (readonly GroupedOutcome[])[] = []
  #turnEnds = 0

  /** @param isShort - Whether it is soon done, so that it gives way to no other. */
  constructor(database: Database, catalog: CatalogReader, connections: IdleConnections, isShort = false) {
    this.#isShort = isShort
    this.#database = database
    this.#catalog = catalog
    this.#connections = connections
  }

  /** What becomes of the calls of a group, by writer. */
  get outcomes(): readonly (readonly GroupedOutcome[])[] {
    return this.#outcomes
  }

  begin({ transaction, writers, reading, startsLate = false }: BeginRequest): Promise<void> {
    return this.#step(async () => {
      this.#database.file?.checkSame()
      this.#reading = reading
      const tables = writers.map(({ table }) => qualify(table))
      this.#isOpenToAll = tables.length === 0
      const connection = await (this.#isOpenToAll
        ? TransactionConnection.open(this.#database)
        : this.#connections.take(tables))
      this.#connection = connection
      this.#hasBegun = !startsLate
      if (!startsLate) await connection.begin()
      for (const [writer, request] of writers.entries()) {
        await this.#openWriter(transaction, writer, request)
      }
      this.#turnEnds = performance.now() + turnMs
    })
  }

  /** Takes another writer, when all rows of those before are applied. */
  addWriter({ transaction, writer, ...request }: AddWriterRequest): Promise<void> {
    return this.#step(async () => {
      await this.#closeWriters()
      await this.#openWriter(transaction, writer, request)
    })
  }

  /** Executes statements that are part of it, when all rows of its writers are applied. */
  execute(cursor: Cursor, request: ExecuteRequest): Promise<ExecuteReply> {
    return this.#step(async () => {
      await this.#closeWriters()
      const connection = this.#opened
      await connection.beginRemote()
      this.#effects.addStatements(request.sql)
      try {
        return await cursor.execute(request, {
          connection: connection.duckdbConnection,
          checkStop: () => connection.checkStop(),
          tablesChanged: (changed) => this.#effects.addChanged(changed),
        })
      } catch (error) {
        throw new WorkerFailure(toFailure(error, 'PERSIST_QUERY_FAILED', 'The query failed'))
      }
    })
  }

  /** Appends a batch to the table of a writer. */
  write(writer: number, batch: EncodedBatch): Promise<void> {
    return this.#step(async () => {
      if (!this.#isShort) await this.#database.company.giveWay()
      // What main has sent in the meantime is only heard when this thread's event loop has a turn.
      if (performance.now() > this.#turnEnds) {
        await setImmediate()
        this.#turnEnds = performance.now() + turnMs
      }
      this.#opened.checkStop()
      await this.#writer(writer).append(batch)
    })
  }

  /** Resolves to what becomes of the rows of the calls; nothing may be written by the writer after it. */
  apply(writer: number, calls: readonly CallRange[]): Promise<readonly CallOutcome[]> {
    return this.#step(async () => {
      if (!this.#hasBegun) await this.#beginLate()
      await this.#opened.beginRemote()
      return this.#writer(writer).apply(calls)
    })
  }

  /** The same for a group, whose writers know their calls. */
  applyGroup(): Promise<readonly (readonly GroupedOutcome[])[]> {
    return this.#step(async () => {
      await this.#opened.beginRemote()
      const outcomes: (readonly GroupedOutcome[])[] = []
      for (const writer of this.#writers.values()) outcomes.push(await writer.applyGroup())
      this.#outcomes = outcomes
      return outcomes
    })
  }

  /** The next page of the rows of a writer that were rejected. */
  violations(writer: number): Promise<ViolationPage> {
    return this.#step(() => this.#writer(writer).violations(this.#reading))
  }

  commit(): Promise<void> {
    return this.#step(async () => {
      const connection = this.#opened
      const writers = [...this.#writers.values()]
      for (const writer of writers) await writer.finish()
      connection.checkStop()
      this.#database.file?.checkSame()
      await connection.commit().catch((error) => {
        throw commitFailure(error)
      })
      this.#effects.commit(this.#database)
      const isAsBefore = !this.#isOpenToAll && writers.every(({ leavesNothing }) => leavesNothing)
      if (isAsBefore) this.#connections.keep(connection)
      else connection.disconnect()
      this.#forget()
    })
  }

  /**
   * Never fails: a connection that is closed rolls back what it has not committed.
   *
   * @param failure - What is still asked of it fails with this.
   */
  rollback(failure: Failure = rolledBack): Promise<void> {
    this.#failure ??= failure
    this.#connection?.stop()
    return this.#steps.run(async () => {
      try {
        // Before anything else: what an appender holds is written when it is closed, whatever was rolled back.
        for (const writer of this.#writers.values()) await writer.discard()
        await this.#connection?.rollback()
      } catch {
        // The transaction is over already where the database was invalidated, or COMMIT itself failed.
      }
      this.#disconnect()
    })
  }

  async #beginLate(): Promise<void> {
    await this.#connection?.begin()
    this.#hasBegun = true
    for (const writer of this.#writers.values()) await writer.lookAgain()
  }

  async #openWriter(transaction: number, writer: number, request: WriterRequest): Promise<void> {
    const [database, catalog, connection] = [this.#database, this.#catalog, this.#opened]
    const [before, startsLate] = [this.#effects.before(request.table), !this.#hasBegun]
    const place = { database, catalog, connection, transaction, writer, startsLate, before }
    this.#writers.set(writer, await TransactionWriter.open(place, request))
    this.#effects.addTable(request.table)
  }

  async #closeWriters(): Promise<void> {
    for (const writer of this.#writers.values()) await writer.close()
    this.#writers.clear()
  }

  /** @throws where it is over: a COMMIT of nothing would resolve. */
  get #opened(): TransactionConnection {
    if (this.#connection !== undefined) return this.#connection
    throw new WorkerFailure(rolledBack)
  }

  #writer(index: number): TransactionWriter {
    const writer = this.#writers.get(index)
    if (writer !== undefined) return writer
    throw new WorkerFailure({
      code: 'PERSIST_WORKER_LOST',
      message: 'The worker does not know what the transaction writes to',
    })
  }

  #disconnect(): void {
    this.#connection?.disconnect()
    this.#forget()
  }

  #forget(): void {
    this.#connection = undefined
    this.#writers.clear()
  }

  #step<Result>(task: () => Promise<Result>): Promise<Result> {
    return this.#steps.run(async () => {
      if (this.#failure !== undefined) throw new WorkerFailure(this.#failure)
      try {
        return await task()
      } catch (error) {
        this.#failure = toFailure(error, 'PERSIST_WRITE_FAILED', 'DuckDB refused the rows')
        throw new WorkerFailure(this.#failure)
      }
    })
  }
}

/** Whether a COMMIT was carried out that the connection was lost in, nobody knows. */
function commitFailure(error: unknown): unknown {
  const failure = toFailure(error, 'PERSIST_WRITE_FAILED', 'DuckDB refused the rows')
  if (failure.code !== 'PERSIST_CONNECTION_LOST') return error
  return new WorkerFailure({ ...failure, isOutcomeUnknown: true })
}
