import { type DuckDBConnection, StatementType } from '@duckdb/node-api'
import type { Database } from '../database.js'
import { type ReadKind, readKindOf } from './read-kind.js'

/**
 * Calls of functions whose effects no transaction shows, and that can be part of a SELECT. DuckDB's own are
 * `duckdb_functions()` without those that only compute or read; the others belong to its extensions.
 */
const effects =
  /\b(?:(?:force_)?checkpoint|(?:en|dis)able_\w+|truncate_duckdb_logs|write_log|json_execute_serialized_sql|from_substrait\w*|\w+_(?:attach|detach|execute|serve)|start_ui\w*|ducklake_\w+)"?\s*(?:\(|\/\*|--)/i

/** What rows a statement has an effect on, and no table's columns. */
const rowStatements: ReadonlySet<StatementType> = new Set([
  StatementType.SELECT,
  StatementType.INSERT,
  StatementType.UPDATE,
  StatementType.DELETE,
  StatementType.MERGE_INTO,
])

/** What reads, in a call whose words are those of one that does. */
const readTypes: ReadonlySet<StatementType> = new Set([
  StatementType.SELECT,
  StatementType.EXPLAIN,
  StatementType.CALL,
])

/** What DuckDB puts before and after a query with a PIVOT. None of it lasts longer than the connection. */
const pivotTypes: ReadonlySet<StatementType> = new Set([
  StatementType.CREATE,
  StatementType.DROP,
  StatementType.SET,
])

/** Whether a statement of `sql` may change what tables look like. EXPLAIN may, for it may ANALYZE an ALTER. */
export function mayChangeCatalog(type: StatementType, sql: string): boolean {
  return !rowStatements.has(type) || mayHaveEffects(sql)
}

/** Whether `sql` calls a function that may do what no statement of it says. */
export function mayHaveEffects(sql: string): boolean {
  return effects.test(sql)
}

/**
 * What kind of a read a call is; undefined where it is not known to have no effect. What it calls, in a view or in a
 * macro, only DuckDB knows: it is to be prepared and executed in a transaction that only reads.
 */
export function readKindWithoutEffects(sql: string): ReadKind | undefined {
  return effects.test(sql) ? undefined : readKindOf(sql)
}

/** Whether DuckDB takes a statement of such a call for one that reads. */
export function isReadType(type: StatementType, { hasPivot }: ReadKind): boolean {
  return readTypes.has(type) || (hasPivot && pivotTypes.has(type))
}

/** Whether a statement of this type has the result of its call; what follows a PIVOT has none. */
export function hasReadResult(type: StatementType): boolean {
  return readTypes.has(type)
}

/** Whether DuckDB refused to write, in a transaction that only reads. */
export function isRefusedWrite(error: unknown): boolean {
  return error instanceof Error && error.message.includes('transaction is launched in read-only mode')
}

/** Whether one of the functions that a call names is a macro, whatever DuckDB's own function of that name does. */
export async function callsMacro(
  database: Database,
  connection: DuckDBConnection,
  { called }: ReadKind,
): Promise<boolean> {
  if (called.length === 0) return false
  const sql = `SELECT 1 FROM duckdb_functions() WHERE NOT internal AND lower(function_name) = $1`
  for (const name of called) {
    const reader = await database.poolCall(() => connection.runAndReadAll(sql, [name]))
    if (reader.currentRowCount > 0) return true
  }
  return false
}

/** Whether all statements are SELECTs, as far as the parser can say, which knows no tables. */
export async function isAllSelect(
  database: Database,
  connection: DuckDBConnection,
  sql: string,
): Promise<boolean> {
  try {
    const reader = await database.poolCall(() =>
      connection.runAndReadAll("SELECT json_serialize_sql($1::VARCHAR) ->> 'error'", [sql]),
    )
    return reader.getRows()[0]?.[0] === 'false'
  } catch {
    return false
  }
}
