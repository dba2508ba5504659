import { withConnection } from '../read-back/read-duckdb.js'
import type { ColumnCase } from './column-cases.js'
import { AppenderSink, type Batch, BatchAllocator, BufferPool, parseColumn, RowEncoder } from './internals.js'

/** As of a persist with default options. */
const bufferBytes = 1024 * 1024

/** Encodes rows of one column into batches, as a persist does, less the slices of time and the worker. */
export class ColumnBatches {
  readonly #case: ColumnCase
  readonly #columns
  readonly #encoder
  readonly #allocator

  constructor(column: ColumnCase) {
    this.#case = column
    this.#columns = [parseColumn('value', column.type)] as const
    this.#encoder = new RowEncoder(this.#columns)
    this.#allocator = new BatchAllocator(this.#columns, new BufferPool(bufferBytes))
  }

  /** @param send - Gets each batch as it is full, and the last one; by default it goes nowhere. */
  encode(rows: readonly unknown[], send = (batch: Batch): void => this.#allocator.recycle(batch)): void {
    let batch = this.#next()
    for (const row of rows) {
      let outcome = this.#encoder.encode(row)
      if (outcome === 'batch-full') {
        this.#allocator.observe(batch)
        send(batch)
        batch = this.#next()
        outcome = this.#encoder.encode(row)
      }
      if (outcome !== undefined) throw new Error(`A row was not encoded: ${JSON.stringify(outcome)}`)
    }
    this.#encoder.detach()
    send(batch)
  }

  /**
   * Encodes the rows once more, appends the batches to a table as the library's worker does, and compares what DuckDB
   * says of every value with what it must say.
   *
   * @returns how many rows were found right: all, or it throws.
   */
  verify(rows: readonly unknown[]): Promise<number> {
    const { name, type, select = 'value::VARCHAR', text } = this.#case
    return withConnection(':memory:', async (connection) => {
      await connection.run(`CREATE TABLE encoded (value ${type})`)
      const sink = new AppenderSink(await connection.createAppender('encoded'), this.#columns)
      this.encode(rows, (batch) => sink.append(batch.finish()))
      sink.finish()
      const reader = await connection.runAndReadAll(`SELECT ${select} FROM encoded ORDER BY rowid`)
      const found = reader.getRows().map(([value]) => value)
      const wrong = rows.findIndex((_, index) => found[index] !== text(index))
      if (wrong === -1 && found.length === rows.length) return found.length
      const problem = `row ${wrong} of ${rows.length} is ${found[wrong]} of ${found.length}, not ${text(wrong)}`
      throw new Error(`${name}: ${problem}`)
    })
  }

  #next(): Batch {
    const batch = this.#allocator.allocate()
    this.#encoder.attach(batch)
    return batch
  }
}
