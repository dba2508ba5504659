import type { DuckDBConnection } from '@duckdb/node-api'
import { readDuckDB } from '../read-back/read-duckdb.js'
import { createTable, insertInto } from '../shapes/create-table.js'
import type { Shape } from '../shapes/shape.js'
import { appendRows } from './append-rows.js'
import type { Contender } from './contender.js'
import { MainThreadDatabase, type MainThreadOptions } from './main-thread-database.js'

/** A loop of INSERTs. */
export const rowByRow: Contender = onMainThread(async (connection, shape, rows) => {
  const insert = insertInto(shape)
  for (const row of rows) await connection.run(insert, shape.bind(row))
})

/** One prepared INSERT, executed for each row. */
export const preparedStatement: Contender = onMainThread(async (connection, shape, rows) => {
  const statement = await connection.prepare(insertInto(shape))
  for (const row of rows) {
    statement.bind(shape.bind(row))
    await statement.run()
  }
})

/** DuckDB's Appender. */
export const appender: Contender = onMainThread(appendRows)

/** The same, and what DuckDB keeps of it in its cache is bounded. */
export const appenderInLimit: Contender = onMainThread(appendRows, { config: { memory_limit: '64MB' } })

/** The same, and DuckDB fills an index. */
export const appenderPrimaryKey: Contender = onMainThread(appendRows, { hasPrimaryKey: true })

function onMainThread(
  write: <Row extends object>(
    connection: DuckDBConnection,
    shape: Shape<Row>,
    rows: Iterable<Row>,
  ) => Promise<void>,
  options: MainThreadOptions = {},
): Contender {
  return {
    async open(path, shape) {
      const database = await MainThreadDatabase.open(path, (keyed) => createTable(shape, keyed), options)
      return {
        write: (rows) => database.transaction((connection) => write(connection, shape, rows)),
        close: () => database.close(),
      }
    },
    readBack: readDuckDB,
  }
}
