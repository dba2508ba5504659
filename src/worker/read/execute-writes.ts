import { type DuckDBMaterializedResult, StatementType } from '@duckdb/node-api'
import { changedTables } from '../catalog/changed-tables.js'
import { WorkerFailure } from '../failure.js'
import type { Execution } from './execution.js'
import { isLeftOut } from './outer-transaction.js'
import { refuseOnMysql } from './refuse-on-mysql.js'
import { hasReadResult, mayChangeCatalog, mayHaveEffects } from './statement-effects.js'
import { endsWithExplain, rowsChangedBy } from './statement-result.js'

interface Written {
  /** The last statement's. */
  readonly result: DuckDBMaterializedResult | undefined
  /** By the last statement. */
  readonly rowsChanged: number
}

/** Executes each statement before the next is prepared, which may be about what it makes. */
export async function executeWrites(execution: Execution): Promise<Written> {
  const { database, connection, outer } = execution
  const { sql } = execution.request
  const statements = await execution.extract()
  const values = execution.parametersFor(statements)
  const isExplained = endsWithExplain(sql)
  const changed = mayHaveEffects(sql) ? 'any' : changedTables(sql)
  let written: Written = { result: undefined, rowsChanged: 0 }
  let hasTransactionStatement = false
  try {
    for (let index = 0; index < statements.count; index++) {
      const statement = await database.poolCall(() => statements.prepare(index))
      const { statementType } = statement
      database.sandbox?.checkType(statementType)
      if (statementType === StatementType.TRANSACTION) hasTransactionStatement = true
      try {
        if (outer !== undefined && isLeftOut(statementType)) continue
        await refuseOnMysql(execution, statementType)
        await database.openFiles.check(sql, index, statementType)
        const own = await execution.run(statement, values)
        const result = isExplained && !hasReadResult(statementType) ? written.result : own
        written = { result, rowsChanged: rowsChangedBy(own, statementType) }
      } finally {
        if (mayChangeCatalog(statementType, sql)) (outer ?? database).tablesChanged(changed)
        statement.destroySync()
      }
    }
  } finally {
    await database.openFiles.releaseDetached(connection)
  }
  if (hasTransactionStatement && outer === undefined) await refuseOpenTransaction(execution)
  return written
}

/** A connection serves one call, so a transaction that it leaves open could never be committed. */
async function refuseOpenTransaction({ database, connection }: Execution): Promise<void> {
  try {
    await database.execute(connection, 'ROLLBACK')
  } catch {
    return
  }
  throw new WorkerFailure({
    code: 'PERSIST_QUERY_FAILED',
    message: 'The call left a transaction open, which is rolled back: BEGIN and COMMIT belong into one call',
  })
}
