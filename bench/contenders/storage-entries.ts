import { DuckDBInstance } from '@duckdb/node-api'

/** Reads the table, or the view, `storage` of a database file. */
export async function* storageEntries(path: string): AsyncGenerator<readonly [key: string, text: string]> {
  const instance = await DuckDBInstance.create(path, { threads: '1' })
  const connection = await instance.connect()
  try {
    const result = await connection.stream('SELECT "key", "value"::VARCHAR FROM storage')
    for (;;) {
      const chunk = await result.fetchChunk()
      if (chunk === null || chunk.rowCount === 0) return
      for (const [key, text] of chunk.getRows()) yield [String(key), String(text)]
    }
  } finally {
    connection.closeSync()
    instance.closeSync()
  }
}
