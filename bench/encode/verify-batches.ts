import { DuckDBInstance } from '@duckdb/node-api'
import { ColumnBatches } from './column-batches.js'
import type { ColumnCase } from './column-case.js'
import { AppenderSink } from './internals.js'

/**
 * Encodes the rows once more, appends the batches to a table as the library's worker does, and compares what DuckDB
 * says of every value with what it must say.
 *
 * @returns how many rows were found right: all, or it throws.
 */
export async function verifyBatches(column: ColumnCase, rows: readonly unknown[]): Promise<number> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' })
  const connection = await instance.connect()
  try {
    await connection.run(`CREATE TABLE encoded (value ${column.type})`)
    const batches = new ColumnBatches(column)
    const writer = new AppenderSink(await connection.createAppender('encoded'), batches.columns)
    batches.encode(rows, (batch) => writer.append(batch.finish()))
    writer.finish()
    const select = column.select ?? 'value::VARCHAR'
    const reader = await connection.runAndReadAll(`SELECT ${select} FROM encoded ORDER BY rowid`)
    const found = reader.getRows().map(([text]) => text)
    const wrong = rows.findIndex((_, index) => found[index] !== column.text(index))
    if (wrong === -1 && found.length === rows.length) return found.length
    throw new Error(
      `${column.name}: row ${wrong} of ${rows.length} is ${found[wrong]} of ${found.length}, not ${column.text(wrong)}`,
    )
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
