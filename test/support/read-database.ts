import { DuckDBInstance, type Json } from '@duckdb/node-api'

/** Reads a closed database with DuckDB's own client: what another program would find in the file. */
export async function readDatabase(path: string, sql: string): Promise<Record<string, Json>[]> {
  const [rows = []] = await readEach(path, [sql])
  return rows
}

/** The same by several queries, for which the database is opened once. */
export async function readEach(path: string, queries: readonly string[]): Promise<Record<string, Json>[][]> {
  const instance = await DuckDBInstance.create(path)
  const connection = await instance.connect()
  try {
    const found: Record<string, Json>[][] = []
    for (const sql of queries) found.push((await connection.runAndReadAll(sql)).getRowObjectsJson())
    return found
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
