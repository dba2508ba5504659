import { checksumSql, rowsSql } from '../read-back/checksum.js'
import type { ReadBack } from '../read-back/verify-rows.js'
import type { StoredRow } from '../shapes/shape.js'

/** As much of better-sqlite3 as is needed: it is no dependency, for it may have to be compiled to be installed. */
export interface SqliteDatabase {
  pragma(source: string): unknown
  exec(sql: string): unknown
  prepare(sql: string): { run(...values: readonly (string | number)[]): unknown; all(): unknown[] }
  close(): unknown
}

/** 13 needs Node 22. */
const sqliteInstallation = 'npm install --no-save better-sqlite3@12'

/** @throws Error if the package is not there, or was not compiled. */
export async function openSqlite(path: string): Promise<SqliteDatabase> {
  // Not a literal, which the compiler would look for.
  const name: string = 'better-sqlite3'
  // Its documented export: https://github.com/WiseLibs/better-sqlite3/blob/master/docs/api.md
  const { default: Database }: { default: new (path: string) => SqliteDatabase } = await import(name)
  return new Database(path)
}

/** The contender that is SQLite; none where it cannot be measured, which is printed. */
export async function findSqlite(): Promise<readonly string[]> {
  try {
    const database = await openSqlite(':memory:')
    database.close()
    return ['better-sqlite3 in a worker']
  } catch (error) {
    const [obstacle] = String(error).split('\n')
    console.log(`better-sqlite3 is not measured (${obstacle}); to add it: ${sqliteInstallation}\n`)
    return []
  }
}

export const readSqlite: ReadBack = async (path, shape, keys) => {
  const database = await openSqlite(path)
  // Numbers and texts: the table has no other columns.
  const read = (sql: string) => database.prepare(sql).all() as StoredRow[]
  const [checksum = {}] = read(checksumSql(shape, (column) => `length(CAST(${column} AS BLOB))`))
  const rows = read(rowsSql(shape, keys))
  database.close()
  return { checksum, rows }
}
