import type { DuckDBConnection } from '@duckdb/node-api'
import { createTable, type Row, type Shape } from '../shapes/shape.js'
import type { Writer } from './contender.js'

/** How an engine takes one row by its key: in one statement of SQL, or by a DELETE and an INSERT in a transaction. */
export type UpsertBy = 'ON CONFLICT' | 'ON DUPLICATE KEY' | 'MERGE' | 'DELETE'

/** Statements that are given to the engine as they are, where DuckDB's own do not reach so far. */
export type Send = (sql: string) => string

/** Rows that one INSERT has, of those that are there before anything is measured. */
const loadedAtOnce = 1000

/**
 * A statement for each row, which is new or takes the place of the one that has its key; several rows at once are there
 * to fill the table, and are new.
 *
 * @param connection - Uses the engine's catalog.
 */
export async function openUpserts(
  connection: DuckDBConnection,
  shape: Shape,
  by: UpsertBy,
  send: Send = (sql) => sql,
): Promise<Pick<Writer, 'write' | 'upsert'>> {
  const { table, key } = shape
  const names = Object.keys(shape.columns)
  const valuesOf = (row: Row) => `(${names.map((name) => literal(row[name])).join(', ')})`
  const others = names.filter((name) => name !== key)
  const setFrom = (source: string) => others.map((name) => `"${name}" = ${source}."${name}"`).join(', ')
  const ways: Readonly<Record<UpsertBy, (row: Row) => string>> = {
    'ON CONFLICT': (row) =>
      `INSERT INTO ${table} VALUES ${valuesOf(row)} ON CONFLICT ("${key}") DO UPDATE SET ${setFrom('excluded')}`,
    'ON DUPLICATE KEY': (row) =>
      `INSERT INTO ${table} VALUES ${valuesOf(row)}
       ON DUPLICATE KEY UPDATE ${others.map((name) => `"${name}" = VALUES("${name}")`).join(', ')}`,
    MERGE: (row) =>
      `MERGE INTO ${table} t USING (VALUES ${valuesOf(row)}) s (${names.map((name) => `"${name}"`).join(', ')})
       ON t."${key}" = s."${key}" WHEN MATCHED THEN UPDATE SET ${setFrom('s')} WHEN NOT MATCHED THEN INSERT`,
    DELETE: (row) =>
      `BEGIN; DELETE FROM ${table} WHERE "${key}" = ${literal(row[key])};
       INSERT INTO ${table} VALUES ${valuesOf(row)}; COMMIT`,
  }
  const upsertOf = ways[by]
  await connection.run(send(createTable(shape, by !== 'MERGE')))
  const upsert = async (rows: Iterable<Row>) => {
    for (const row of rows) await connection.run(send(upsertOf(row)))
  }
  return {
    upsert,
    async write(given) {
      const rows = [...given]
      if (rows.length === 1) await upsert(rows)
      for (let first = 0; rows.length > 1 && first < rows.length; first += loadedAtOnce) {
        const values = rows.slice(first, first + loadedAtOnce).map(valuesOf)
        await connection.run(send(`INSERT INTO ${table} VALUES ${values.join(', ')}`))
      }
      return undefined
    },
  }
}

/** Of the values of a shape of numbers and words. */
function literal(value: unknown): string {
  return typeof value === 'number' ? String(value) : `'${String(value).replaceAll("'", "''")}'`
}
