import type { DuckDBAppender, DuckDBConnection } from '@duckdb/node-api'
import type { Shape } from '../shapes/shape.js'

/** Appends rows with DuckDB's Appender on the thread that calls it. */
export async function appendRows<Row extends object>(
  connection: DuckDBConnection,
  shape: Shape<Row>,
  rows: Iterable<Row>,
): Promise<void> {
  append(await connection.createAppender(shape.table), shape, rows)
}

/** Fills a temporary table, which has the columns of the shape, likewise. */
export async function appendTemporaryRows<Row extends object>(
  connection: DuckDBConnection,
  table: string,
  shape: Shape<Row>,
  rows: Iterable<Row>,
): Promise<void> {
  append(await connection.createAppender(table, 'main', 'temp'), shape, rows)
}

function append<Row extends object>(appender: DuckDBAppender, shape: Shape<Row>, rows: Iterable<Row>): void {
  for (const row of rows) shape.append(appender, row)
  appender.closeSync()
}
