import { DuckDBInstance, type Json } from '@duckdb/node-api'

/** Reads a closed database with DuckDB's own client: what another program would find in the file. */
export async function readDatabase(path: string, sql: string): Promise<Record<string, Json>[]> {
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  try {
    const reader = await connection.runAndReadAll(sql)
    return reader.getRowObjectsJson()
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
