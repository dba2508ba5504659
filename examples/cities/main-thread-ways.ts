import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api'
import type { Place } from './places.js'

const createTable =
  'CREATE TABLE cities (name VARCHAR NOT NULL, latitude DOUBLE, longitude DOUBLE, country VARCHAR, admin1 VARCHAR, admin2 VARCHAR)'

/** Inserts row by row, in one transaction. */
export function writeRowByRow(path: string, places: Iterable<Place>): Promise<number> {
  return inTransaction(path, async (connection) => {
    let rows = 0
    for (const { name, latitude, longitude, country, admin1, admin2 } of places) {
      const values = [name, latitude, longitude, country, admin1, admin2]
      await connection.run('INSERT INTO cities VALUES (?, ?, ?, ?, ?, ?)', values)
      rows++
    }
    return rows
  })
}

/** Calls DuckDB's Appender on this thread, in one transaction. */
export function writeByAppender(path: string, places: Iterable<Place>): Promise<number> {
  return inTransaction(path, async (connection) => {
    const appender = await connection.createAppender('cities')
    let rows = 0
    for (const place of places) {
      appender.appendVarchar(place.name)
      appender.appendDouble(place.latitude)
      appender.appendDouble(place.longitude)
      appender.appendVarchar(place.country)
      appender.appendVarchar(place.admin1)
      appender.appendVarchar(place.admin2)
      appender.endRow()
      rows++
    }
    appender.closeSync()
    return rows
  })
}

async function inTransaction(
  path: string,
  write: (connection: DuckDBConnection) => Promise<number>,
): Promise<number> {
  const instance = await DuckDBInstance.create(path, { threads: '1' })
  const connection = await instance.connect()
  try {
    await connection.run(createTable)
    await connection.run('BEGIN TRANSACTION')
    const rows = await write(connection)
    await connection.run('COMMIT')
    return rows
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
