import { stat } from 'node:fs/promises'

/** The size of a database file and of its write-ahead log. */
export async function databaseBytes(path: string): Promise<number> {
  return (await bytesOf(path)) + (await bytesOf(`${path}.wal`))
}

/** DuckDB has a log only while there is something in it. */
async function bytesOf(path: string): Promise<number> {
  const found = await stat(path).catch(() => undefined)
  return found?.size ?? 0
}
