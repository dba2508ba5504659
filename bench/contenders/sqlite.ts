/** As much of better-sqlite3 as is needed: it is no dependency, for it may have to be compiled to be installed. */
export interface SqliteDatabase {
  pragma(source: string): unknown
  exec(sql: string): unknown
  prepare(sql: string): SqliteStatement
  close(): unknown
}

interface SqliteStatement {
  run(...values: readonly (string | number)[]): unknown
  all(): unknown[]
}

/** 13 needs Node 22. */
export const sqliteInstallation = 'npm install --no-save better-sqlite3@12'

/** @throws Error if the package is not there, or was not compiled. */
export async function openSqlite(path: string): Promise<SqliteDatabase> {
  // Not a literal, which the compiler would look for.
  const name: string = 'better-sqlite3'
  // Its documented export: https://github.com/WiseLibs/better-sqlite3/blob/master/docs/api.md
  const { default: Database }: { default: new (path: string) => SqliteDatabase } = await import(name)
  return new Database(path)
}

/** Why SQLite cannot be measured; undefined if it can. */
export async function findSqliteObstacle(): Promise<string | undefined> {
  try {
    const database = await openSqlite(':memory:')
    database.close()
    return undefined
  } catch (error) {
    const [reason] = String(error).split('\n')
    return reason
  }
}
