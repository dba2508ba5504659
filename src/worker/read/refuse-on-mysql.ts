import { StatementType } from '@duckdb/node-api'
import { WorkerFailure } from '../failure.js'
import { splitStatements } from '../sql/sql-words.js'
import type { Execution } from './execution.js'

/** Those that may be an UPDATE or a DELETE. */
const changes: ReadonlySet<StatementType> = new Set([
  StatementType.UPDATE,
  StatementType.DELETE,
  StatementType.EXPLAIN,
  StatementType.EXECUTE,
])

const definitions: ReadonlySet<StatementType> = new Set([
  StatementType.CREATE,
  StatementType.ALTER,
  StatementType.DROP,
])

/**
 * Keeps from a MySQL what it would do otherwise than it says. DuckDB's extension writes the texts of an UPDATE or DELETE
 * into SQL of the server's, where a backslash is no character of its own: one may end the text, and what comes after it is
 * SQL. In a transaction the server commits what came before a CREATE, ALTER or DROP. And an INSERT of DEFAULT VALUES fails
 * so badly that DuckDB has to be opened again.
 *
 * @throws `PERSIST_QUERY_FAILED`.
 */
export async function refuseOnMysql(execution: Execution, type: StatementType): Promise<void> {
  const { request, outer } = execution
  if (outer !== undefined && definitions.has(type) && isLasting(request.sql) && (await hasMysql(execution))) {
    refuse(
      'A transaction takes no CREATE, ALTER or DROP where a MySQL is attached: the server would commit it',
    )
  }
  if (type === StatementType.INSERT && hasDefaultValues(request.sql) && (await hasMysql(execution))) {
    refuse('An INSERT takes no DEFAULT VALUES where a MySQL is attached: use persist([{}])')
  }
  if (!changes.has(type) || !(hasBackslash(request.sql) || hasBackslash(request.parameters))) return
  if (await hasMysql(execution)) {
    refuse(
      'An UPDATE or DELETE takes no backslash where a MySQL is attached: use persist(), or mysql_execute() with `params`',
    )
  }
}

/** Whether it is about more than temporary tables. */
function isLasting(sql: string): boolean {
  return splitStatements(sql).some((statement) => {
    const [first, ...others] = statement.map(({ text }) => text)
    if (first === 'alter' || first === 'drop') return true
    const [kind] = others.filter((word) => word !== 'or' && word !== 'replace')
    return first === 'create' && kind !== 'temp' && kind !== 'temporary'
  })
}

function hasDefaultValues(sql: string): boolean {
  return splitStatements(sql).some((statement) => {
    return statement.some(({ text }, index) => text === 'default' && statement[index + 1]?.text === 'values')
  })
}

async function hasMysql({ database, connection }: Execution): Promise<boolean> {
  const sql = "SELECT 1 FROM system.main.duckdb_databases() WHERE type = 'mysql'"
  return (await database.execute(connection, sql)).rowCount > 0
}

function hasBackslash(value: unknown): boolean {
  if (typeof value === 'string') return value.includes('\\')
  if (ArrayBuffer.isView(value)) return value instanceof Uint8Array && value.includes(0x5c)
  return typeof value === 'object' && value !== null && Object.values(value).some(hasBackslash)
}

function refuse(message: string): never {
  throw new WorkerFailure({ code: 'PERSIST_QUERY_FAILED', message })
}
