import { type DuckDBConnection, type DuckDBPreparedStatement, StatementType } from '@duckdb/node-api'
import type { Database } from '../database.js'

/** How statements that only read are to be executed. */
export interface Reads {
  readonly statements: readonly DuckDBPreparedStatement[]
  /** False where nothing is computed: an EXPLAIN. */
  readonly isComputed: boolean
}

/**
 * Calls of functions whose effects no transaction shows, and that can be part of a SELECT. DuckDB's own are
 * `duckdb_functions()` without those that only compute or read; the others belong to its extensions.
 */
const effects =
  /\b(?:(?:force_)?checkpoint|(?:en|dis)able_\w+|truncate_duckdb_logs|write_log|json_execute_serialized_sql|from_substrait\w*|\w+_(?:attach|detach|execute|serve)|start_ui\w*|ducklake_\w+)"?\s*(?:\(|\/\*|--)/i

/** What may stand before the first word. A comment within a comment is left to DuckDB. */
const gap = /^(?:\s|--[^\n\r]*[\n\r]|\/\*(?:(?!\*\/|\/\*)[\s\S])*\*\/)*/
const explain = /^explain\s*(?:\(\s*format\s+\w+\s*\)\s*)?(?![\s(/-]|analy[sz]e\b)/i
const explainAnalyze = /^explain\s*(?:analy[sz]e(?![\w$])|\([\w\s,]*\))/i

/** What rows a statement has an effect on, and no table's columns. */
const rowStatements: ReadonlySet<StatementType> = new Set([
  StatementType.SELECT,
  StatementType.INSERT,
  StatementType.UPDATE,
  StatementType.DELETE,
  StatementType.MERGE_INTO,
])

/** Whether a statement of `sql` may change what tables look like. EXPLAIN may, for it may ANALYZE an ALTER. */
export function mayChangeCatalog(type: StatementType, sql: string): boolean {
  return !rowStatements.has(type) || effects.test(sql)
}

/**
 * Prepares all statements of a call, or resolves to undefined where they are not known to have no effect: nothing of
 * the call is executed then. What a SELECT calls, in a view or in a macro, only DuckDB knows: it is to be executed in a
 * transaction that only reads.
 *
 * @throws DuckDB's error where it refuses a call of nothing but SELECTs.
 */
export async function prepareReads(
  database: Database,
  connection: DuckDBConnection,
  sql: string,
): Promise<Reads | undefined> {
  const extracted = await database.poolCall(() => connection.extractStatements(sql))
  if (effects.test(sql)) return undefined
  const statements: DuckDBPreparedStatement[] = []
  let reads: Reads | undefined
  try {
    for (let index = 0; index < extracted.count; index++) {
      const statement = await prepareOrSkip(database, connection, sql, () => extracted.prepare(index))
      if (statement === undefined) return undefined
      statements.push(statement)
      const { statementType } = statement
      if (statementType === StatementType.SELECT) continue
      if (statementType !== StatementType.EXPLAIN || extracted.count > 1) return undefined
    }
    const isExplained = statements[0]?.statementType === StatementType.EXPLAIN
    const text = sql.replace(gap, '')
    const isPlan = isExplained && explain.test(text)
    if (isExplained && !isPlan && !(await isAnalyzedSelect(database, connection, text))) return undefined
    reads = { statements, isComputed: !isPlan && statements.length > 0 }
    return reads
  } finally {
    if (reads === undefined) for (const statement of statements) statement.destroySync()
  }
}

/** Whether DuckDB refused to write, in a transaction that only reads. */
export function isRefusedWrite(error: unknown): boolean {
  return error instanceof Error && error.message.includes('transaction is launched in read-only mode')
}

/** An INSERT into a table that an earlier call is yet to create can be prepared when its turn comes; a SELECT reads now. */
async function prepareOrSkip(
  database: Database,
  connection: DuckDBConnection,
  sql: string,
  prepare: () => Promise<DuckDBPreparedStatement>,
): Promise<DuckDBPreparedStatement | undefined> {
  try {
    return await database.poolCall(prepare)
  } catch (error) {
    if (await isAllSelect(database, connection, sql)) throw error
    return undefined
  }
}

/** Whether all statements are SELECTs, as far as the parser can say, which knows no tables. */
async function isAllSelect(database: Database, connection: DuckDBConnection, sql: string): Promise<boolean> {
  try {
    const reader = await database.poolCall(() =>
      connection.runAndReadAll("SELECT json_serialize_sql($1::VARCHAR) ->> 'error'", [sql]),
    )
    return reader.getRows()[0]?.[0] === 'false'
  } catch {
    return false
  }
}

/** EXPLAIN ANALYZE executes what it explains. */
async function isAnalyzedSelect(
  database: Database,
  connection: DuckDBConnection,
  text: string,
): Promise<boolean> {
  const explained = text.replace(explainAnalyze, '')
  if (explained === text) return false
  return isAllSelect(database, connection, explained)
}
