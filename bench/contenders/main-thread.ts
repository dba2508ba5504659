import { type DuckDBConnection, timestampValue } from '@duckdb/node-api'
import type { EventRow } from '../rows.js'
import { appendRows } from './append-rows.js'
import type { Contender } from './contender.js'
import { MainThreadDatabase, type MainThreadOptions } from './main-thread-database.js'

const insert = 'INSERT INTO events VALUES (?, ?, ?, ?, ?)'

function values({ id, at, kind, amount, payload }: EventRow) {
  return [BigInt(id), timestampValue(BigInt(at.getTime()) * 1000n), kind, amount, JSON.stringify(payload)]
}

/** A loop of INSERTs. */
export const rowByRow: Contender = onMainThread(async (connection, rows) => {
  for (const row of rows) await connection.run(insert, values(row))
})

/** One prepared INSERT, executed for each row. */
export const preparedStatement: Contender = onMainThread(async (connection, rows) => {
  const statement = await connection.prepare(insert)
  for (const row of rows) {
    statement.bind(values(row))
    await statement.run()
  }
})

/** DuckDB's Appender. */
export const appender: Contender = onMainThread(append)

/** The same, and DuckDB fills an index. */
export const appenderPrimaryKey: Contender = onMainThread(append, { hasPrimaryKey: true })

function append(connection: DuckDBConnection, rows: readonly EventRow[]): Promise<void> {
  return appendRows(connection, [rows])
}

function onMainThread(
  write: (connection: DuckDBConnection, rows: readonly EventRow[]) => Promise<void>,
  options: MainThreadOptions = {},
): Contender {
  return {
    async open(path) {
      const database = await MainThreadDatabase.open(path, options)
      return {
        write: (rows) => database.transaction((connection) => write(connection, rows)),
        close: () => database.close(),
      }
    },
  }
}
