import { type DuckDBAppender, type DuckDBConnection, timestampValue } from '@duckdb/node-api'
import type { EventRow } from '../rows.js'

/** Appends rows with DuckDB's Appender on the thread that calls it. */
export async function appendRows(
  connection: DuckDBConnection,
  batches: Iterable<readonly EventRow[]> | AsyncIterable<readonly EventRow[]>,
): Promise<void> {
  await append(await connection.createAppender('events'), batches)
}

/** Fills a temporary table, which has the columns of an event, likewise. */
export async function appendTemporaryRows(
  connection: DuckDBConnection,
  table: string,
  rows: readonly EventRow[],
): Promise<void> {
  await append(await connection.createAppender(table, 'main', 'temp'), [rows])
}

async function append(
  appender: DuckDBAppender,
  batches: Iterable<readonly EventRow[]> | AsyncIterable<readonly EventRow[]>,
): Promise<void> {
  for await (const rows of batches) {
    for (const { id, at, kind, amount, payload } of rows) {
      appender.appendBigInt(BigInt(id))
      appender.appendTimestamp(timestampValue(BigInt(at.getTime()) * 1000n))
      appender.appendVarchar(kind)
      appender.appendDouble(amount)
      appender.appendVarchar(JSON.stringify(payload))
      appender.endRow()
    }
  }
  appender.closeSync()
}
