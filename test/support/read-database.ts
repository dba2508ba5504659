import { DuckDBInstance, type Json } from '@duckdb/node-api'
import { engineOfTests, type TestEngine } from './test-engine.js'

/** Reads a closed database with DuckDB's own client: what another program would find in it. */
export async function readDatabase(path: string, sql: string): Promise<Record<string, Json>[]> {
  const [rows = []] = await readEach(path, [sql])
  return rows
}

/** The same by several queries, for which the database is opened once. */
export async function readEach(path: string, queries: readonly string[]): Promise<Record<string, Json>[][]> {
  const engine = engineOfTests()
  if (engine !== undefined) return readElsewhere(engine, path, queries)
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

/** On an engine, by another service. */
async function readElsewhere(
  engine: TestEngine,
  path: string,
  queries: readonly string[],
): Promise<Record<string, Json>[][]> {
  const db = await engine.open(path)
  try {
    const found: Record<string, Json>[][] = []
    // As the client has it, which knows no bigint.
    for (const sql of queries) found.push(JSON.parse(JSON.stringify(await db.query(sql), asText)))
    return found
  } finally {
    await db.close()
  }
}

function asText(_: string, value: unknown): unknown {
  return typeof value === 'bigint' ? String(value) : value
}
