import type { DuckDBConnection } from '@duckdb/node-api'
import type { EncodedBatch } from '../protocol/batch-layout.js'
import { type ColumnDescriptor, formatColumnType } from '../protocol/column-type.js'
import type { Failure } from '../protocol/failure.js'
import { AppenderWriter } from './appender-writer.js'
import type { Database } from './database.js'
import { toFailure, WorkerFailure } from './failure.js'
import type { RowWriter } from './row-writer.js'
import { SerialQueue } from './serial-queue.js'
import { mismatch, type TableCatalog } from './table-catalog.js'

/**
 * One transaction on a connection of its own, from BEGIN to COMMIT or ROLLBACK.
 *
 * Main sends its requests without waiting for the answers, so they queue here. Once one has failed, all but a
 * rollback fail alike: a COMMIT would resolve, and store nothing.
 */
export class WriteTransaction {
  readonly #database: Database
  readonly #catalog: TableCatalog
  readonly #steps = new SerialQueue()
  #connection: DuckDBConnection | undefined
  #writer: RowWriter | undefined
  #failure: Failure | undefined

  constructor(database: Database, catalog: TableCatalog) {
    this.#database = database
    this.#catalog = catalog
  }

  begin(table: string, columns: readonly ColumnDescriptor[]): Promise<void> {
    return this.#step(async () => {
      const connection = await this.#database.connect()
      this.#connection = connection
      await this.#database.execute(connection, 'BEGIN TRANSACTION')
      // Batches are copied into memory laid out for these columns, so nothing may have changed about them.
      checkSame(table, columns, await this.#catalog.columnsOf(connection, table))
      this.#writer = new AppenderWriter(await connection.createAppender(table, 'main'), columns)
    })
  }

  write(batch: EncodedBatch): Promise<void> {
    return this.#step(() => {
      this.#database.control.checkStop()
      this.#writer?.append(batch)
    })
  }

  commit(): Promise<void> {
    return this.#step(async () => {
      this.#writer?.finish()
      this.#writer = undefined
      if (this.#connection === undefined) return
      this.#database.control.checkStop()
      await this.#database.executeToTheEnd(this.#connection, 'COMMIT')
      this.#disconnect()
    })
  }

  /** Never fails: a connection that is closed rolls back what it has not committed. */
  rollback(): Promise<void> {
    return this.#steps.add(async () => {
      try {
        this.#writer?.discard()
        this.#writer = undefined
        if (this.#connection !== undefined) await this.#connection.run('ROLLBACK')
      } catch {
        // The transaction is over already where the database was invalidated, or COMMIT itself failed.
      }
      this.#disconnect()
    })
  }

  #disconnect(): void {
    if (this.#connection !== undefined) this.#database.disconnect(this.#connection)
    this.#connection = undefined
  }

  #step(task: () => void | Promise<void>): Promise<void> {
    return this.#steps.add(async () => {
      if (this.#failure !== undefined) throw new WorkerFailure(this.#failure)
      try {
        await task()
      } catch (error) {
        this.#failure = toFailure(error, 'PERSIST_WRITE_FAILED', 'DuckDB refused the rows')
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
    expected.every(({ name, type, notNull }, index) => {
      const other = current[index]
      return (
        other !== undefined &&
        other.name === name &&
        other.notNull === notNull &&
        formatColumnType(other.type) === formatColumnType(type)
      )
    })
  if (!isSame) mismatch(`The columns of \`${table}\` have changed: get the table again with table()`)
}
