import type { EncodedBatch } from '../../protocol/batch-layout.js'
import { type ColumnDescriptor, formatColumnType } from '../../protocol/column-type.js'
import type { Failure } from '../../protocol/failure.js'
import {
  type BeginRequest,
  type CallOutcome,
  exactReading,
  type ViolationPage,
} from '../../protocol/requests.js'
import { quoteName } from '../../protocol/visible-text.js'
import { type CatalogReader, mismatch } from '../catalog/catalog-reader.js'
import { ViolationPager } from '../constraints/violation-pager.js'
import type { Database } from '../database.js'
import { toFailure, WorkerFailure } from '../failure.js'
import { SerialQueue } from '../serial-queue.js'
import { TransactionConnection } from '../transaction-connection.js'
import { chooseWriter } from './choose-writer.js'
import { DirectWriter } from './direct-writer.js'
import { nothingWritten, type TableWriter } from './table-writer.js'
import { createWriteTarget } from './write-target.js'

const noViolations: ViolationPage = { violations: [], isLast: true, isDeep: false }

/**
 * One transaction on a connection of its own, from BEGIN to COMMIT or ROLLBACK.
 *
 * Main sends its requests without waiting for the answers, so they queue here. Once one has failed, all but a
 * rollback fail alike: a COMMIT would resolve, and store nothing.
 */
export class WriteTransaction {
  readonly #database: Database
  readonly #catalog: CatalogReader
  readonly #steps = new SerialQueue()
  #connection: TransactionConnection | undefined
  #strategy: TableWriter | undefined
  #violations: ViolationPager | undefined
  #columns: readonly ColumnDescriptor[] = []
  #reading = exactReading
  #isChecked = false
  #failure: Failure | undefined

  constructor(database: Database, catalog: CatalogReader) {
    this.#database = database
    this.#catalog = catalog
  }

  begin(request: BeginRequest): Promise<void> {
    return this.#step(async () => {
      this.#database.file?.checkSame()
      const duckdbConnection = await this.#database.connect()
      const connection = new TransactionConnection(this.#database, duckdbConnection)
      this.#connection = connection
      await this.#database.execute(duckdbConnection, 'BEGIN TRANSACTION')
      const { table, columns } = request
      // Batches are copied into memory laid out for these columns, so nothing may have changed about them.
      const shape = await this.#catalog.metadataOf(duckdbConnection, table)
      checkSame(table, columns, shape.columns)
      if (shape.isConstrained && !request.isChecked)
        changed(`The constraints of ${quoteName(table)} have changed`)
      this.#columns = columns
      this.#reading = request.reading
      this.#isChecked = request.isChecked
      this.#strategy = await chooseWriter(connection, createWriteTarget(request, shape, this.#database.place))
    })
  }

  write(batch: EncodedBatch): Promise<void> {
    return this.#step(async () => {
      this.#connection?.checkStop()
      // Only a staging table can give the columns that a row lacks their value.
      if (batch.omitted !== undefined && this.#strategy instanceof DirectWriter) {
        this.#strategy = await this.#strategy.stage()
      }
      this.#strategy?.append(batch)
    })
  }

  /** Resolves to what becomes of the rows; nothing may be written after it. */
  apply(isAllOrNothing: boolean): Promise<CallOutcome> {
    return this.#step(() => this.#apply(isAllOrNothing))
  }

  /** The next page of the rows that were rejected. */
  violations(): Promise<ViolationPage> {
    return this.#step(async () => {
      const query = this.#strategy?.violations
      if (this.#connection === undefined || query === undefined) return noViolations
      this.#violations ??= new ViolationPager(
        this.#database,
        await this.#connection.run(query.sql),
        query.constraints,
        this.#columns,
        this.#reading,
      )
      return this.#violations.next()
    })
  }

  commit(): Promise<void> {
    return this.#step(async () => {
      if (this.#connection === undefined) return
      if (!this.#isChecked) await this.#apply(true)
      this.#connection.checkStop()
      this.#database.file?.checkSame()
      await this.#connection.runToTheEnd('COMMIT')
      this.#disconnect()
    })
  }

  /** Never fails: a connection that is closed rolls back what it has not committed. */
  rollback(): Promise<void> {
    this.#connection?.stop()
    return this.#steps.add(async () => {
      try {
        this.#strategy?.discard()
        this.#strategy = undefined
        await this.#connection?.runToTheEnd('ROLLBACK')
      } catch {
        // The transaction is over already where the database was invalidated, or COMMIT itself failed.
      }
      this.#disconnect()
    })
  }

  async #apply(isAllOrNothing: boolean): Promise<CallOutcome> {
    const strategy = this.#strategy
    if (strategy === undefined) return nothingWritten
    const outcome = await strategy.apply(isAllOrNothing)
    if (outcome.rejected === 0 || this.#isChecked) return outcome
    throw new WorkerFailure({ code: 'PERSIST_WRITE_FAILED', message: 'The table does not take the rows' })
  }

  #disconnect(): void {
    this.#connection?.disconnect()
    this.#connection = undefined
    this.#violations = undefined
  }

  #step<Result>(task: () => Promise<Result>): Promise<Result> {
    return this.#steps.add(async () => {
      if (this.#failure !== undefined) throw new WorkerFailure(this.#failure)
      try {
        return await task()
      } catch (error) {
        this.#failure = toFailure(error, 'PERSIST_WRITE_FAILED', 'DuckDB rejected the rows')
        throw new WorkerFailure(this.#failure)
      }
    })
  }
}

function checkSame(
  table: string,
  expected: readonly ColumnDescriptor[],
  current: readonly ColumnDescriptor[],
): void {
  const isSame =
    expected.length === current.length &&
    expected.every(({ name, type, notNull, hasDefault }, index) => {
      const other = current[index]
      return (
        other !== undefined &&
        other.name === name &&
        other.notNull === notNull &&
        other.hasDefault === hasDefault &&
        formatColumnType(other.type) === formatColumnType(type)
      )
    })
  if (!isSame) changed(`The columns of ${quoteName(table)} have changed`)
}

function changed(what: string): never {
  mismatch(`${what}: get the table again with table()`)
}
