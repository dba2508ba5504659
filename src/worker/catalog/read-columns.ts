import type { DuckDBConnection, DuckDBType } from '@duckdb/node-api'
import { qualify, quoteLiteral, type TableRef } from '../../protocol/sql.js'
import type { Database } from '../database.js'
import type { GeneratedColumn } from './table-metadata.js'

/** What DuckDB knows of the columns of one table without a look at any other. */
export interface TableColumns {
  /** Of all columns, in the table's order. */
  readonly types: ReadonlyMap<string, DuckDBType>
  readonly notNull: ReadonlySet<string>
  /** SQL of the DEFAULT of each column that has one. */
  readonly defaults: ReadonlyMap<string, string>
  readonly generated: readonly GeneratedColumn[]
  /** The columns of the PRIMARY KEY in the table's order, which need not be the key's. */
  readonly primaryKey: readonly string[]
  /** Whether some column is of a UNIQUE constraint. */
  readonly hasUnique: boolean
}

/**
 * Reads the columns of a table by what looks it up by its name: DuckDB's catalog functions go through all tables there
 * are, 10 to 25 ms each where there are 500.
 *
 * @throws DuckDB's error, if there is no such table or view.
 */
export async function readColumns(
  database: Database,
  connection: DuckDBConnection,
  table: TableRef,
): Promise<TableColumns> {
  const quoted = qualify(table)
  // Only the one shows the expression of a generated column, in the place of a DEFAULT; only the other is about UNIQUE.
  const described = await database.execute(
    connection,
    `SELECT i.name, i."notnull", i.pk, i.dflt_value, d."default", d."key"
     FROM system.main.pragma_table_info(${quoteLiteral(quoted)}) i POSITIONAL JOIN (DESCRIBE ${quoted}) d`,
  )
  const rows = await database.poolCall(() => described.getRows())
  const empty = await database.execute(connection, `SELECT * FROM ${quoted} LIMIT 0`)
  const types = new Map(empty.columnNames().map((name, index) => [name, empty.columnType(index)]))
  const notNull = new Set<string>()
  const primaryKey: string[] = []
  const defaults = new Map<string, string>()
  const generated: GeneratedColumn[] = []
  let hasUnique = false
  for (const [column, isNotNull, isPrimaryKey, expression, byDefault, key] of rows) {
    const name = String(column)
    if (isNotNull === true) notNull.add(name)
    if (isPrimaryKey === true) primaryKey.push(name)
    if (key === 'UNI') hasUnique = true
    if (expression === null || expression === undefined) continue
    const sql = String(expression)
    if (byDefault === null) generated.push({ name, expression: sql })
    else if (sql.toUpperCase() !== 'NULL') defaults.set(name, sql)
  }
  return { types, notNull, defaults, generated, primaryKey, hasUnique }
}
