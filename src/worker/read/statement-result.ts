import { type DuckDBMaterializedResult, ResultReturnType, StatementType } from '@duckdb/node-api'
import { splitStatements } from '../sql/sql-words.js'

/** Statements that return a row for each row that they change, where they have a RETURNING. */
const returningTypes: ReadonlySet<StatementType> = new Set([
  StatementType.INSERT,
  StatementType.UPDATE,
  StatementType.DELETE,
  StatementType.MERGE_INTO,
])

/** How many rows a statement has changed, with a RETURNING or without. */
export function rowsChangedBy(result: DuckDBMaterializedResult, type: StatementType): number {
  const isReturning = returningTypes.has(type) && result.returnType === ResultReturnType.QUERY_RESULT
  return isReturning ? result.rowCount : result.rowsChanged
}

/** Whether the result of a call is a plan: what DuckDB puts after that of a PIVOT has none. */
export function endsWithExplain(sql: string): boolean {
  return /\bexplain\b/i.test(sql) && splitStatements(sql).at(-1)?.[0]?.text === 'explain'
}
