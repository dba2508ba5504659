import { openSqlite } from '../contenders/sqlite.js'
import { checksumSql, rowsSql } from './checksum.js'
import type { ReadBack } from './read-back.js'
import type { StoredRow } from './stored-row.js'

/** Reads a file of SQLite's. */
export const readSqlite: ReadBack = async (path, shape, keys) => {
  const database = await openSqlite(path)
  try {
    // Numbers and texts: the table has no other columns.
    const read = (sql: string) => database.prepare(sql).all() as StoredRow[]
    const [checksum = {}] = read(checksumSql(shape, sumOf))
    return { checksum, rows: read(rowsSql(shape, keys)) }
  } finally {
    database.close()
  }
}

function sumOf(column: string, what: 'integers' | 'bytes'): string {
  const values = what === 'integers' ? column : `length(CAST(${column} AS BLOB))`
  return `CAST(coalesce(sum(${values}), 0) AS TEXT)`
}
