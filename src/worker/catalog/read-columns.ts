import type { DuckDBConnection, DuckDBType } from '@duckdb/node-api'
import { isNamed, qualify, quoteLiteral, type TableRef } from '../../protocol/sql.js'
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
  // Only the one shows the expression of a generated column, in the place of a DEFAULT; only the other is about keys.
  const described = await database.execute(
    connection,
    `SELECT d.column_name, d."null", d."key", i.expression, d."default", i."notnull", i.pk
     FROM (${selectExpressions(table)}) i POSITIONAL JOIN (DESCRIBE ${quoted}) d`,
  )
  const rows = await database.poolCall(() => described.getRows())
  const empty = await database.execute(connection, `SELECT * FROM ${quoted} LIMIT 0`)
  const types = new Map(empty.columnNames().map((name, index) => [name, empty.columnType(index)]))
  const notNull = new Set<string>()
  const primaryKey: string[] = []
  const defaults = new Map<string, string>()
  const generated: GeneratedColumn[] = []
  let hasUnique = false
  for (const [column, isNullable, key, expression, byDefault, isNotNull, isOfKey] of rows) {
    const name = String(column)
    // Of the tables of a server, DESCRIBE shows neither.
    if (isNullable === 'NO' || isNotNull === true) notNull.add(name)
    if (key === 'PRI' || isOfKey === true) primaryKey.push(name)
    if (key === 'UNI') hasUnique = true
    if (expression === null || expression === undefined) continue
    const sql = String(expression)
    if (byDefault === null) generated.push({ name, expression: sql })
    else if (sql.toUpperCase() !== 'NULL') defaults.set(name, sql)
  }
  return { types, notNull, defaults, generated, primaryKey, hasUnique }
}

/** Whether `pragma_table_info`, which takes a name apart by itself, finds this table: it knows no quoted quotes. */
export function canLookUp({ catalog, schema, name }: TableRef): boolean {
  return ![catalog, schema, name].some((part) => part.includes('"'))
}

/** The DEFAULT of each column in their order, or what a generated one is made of; whether it is NOT NULL, and of the key. */
function selectExpressions(table: TableRef): string {
  if (canLookUp(table)) {
    return `SELECT dflt_value AS expression, "notnull", pk FROM system.main.pragma_table_info(${quoteLiteral(qualify(table))})`
  }
  return `SELECT column_default AS expression, NULL AS "notnull", NULL AS pk
    FROM system.main.duckdb_columns() WHERE ${isNamed('table_name', table)}
    ORDER BY column_index ASC NULLS LAST`
}
