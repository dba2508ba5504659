import { type DuckDBConnection, DuckDBInstance, timestampValue } from '@duckdb/node-api'
import { createTable, type EventRow } from '../rows.js'
import { appendRows } from './append-rows.js'
import type { Contender } from './contender.js'

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
export const appender: Contender = onMainThread((connection, rows) => appendRows(connection, [rows]))

function onMainThread(
  write: (connection: DuckDBConnection, rows: readonly EventRow[]) => Promise<void>,
): Contender {
  return {
    async open(path) {
      const instance = await DuckDBInstance.create(path, { threads: '1' })
      const connection = await instance.connect()
      await connection.run(createTable)
      return {
        async write(rows) {
          await connection.run('BEGIN TRANSACTION')
          await write(connection, rows)
          await connection.run('COMMIT')
          return undefined
        },
        async close() {
          connection.closeSync()
          instance.closeSync()
        },
      }
    },
  }
}
