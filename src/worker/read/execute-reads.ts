import type { DuckDBExtractedStatements, DuckDBPreparedStatement, DuckDBResult } from '@duckdb/node-api'
import type { Execution } from './execution.js'
import type { ReadKind } from './read-kind.js'
import {
  callsMacro,
  hasReadResult,
  isAllSelect,
  isReadType,
  isRefusedWrite,
  readKindWithoutEffects,
} from './statement-effects.js'

/**
 * Executes the statements if all that they do is to read, and else none of them to any effect. Leaves a transaction
 * open, which is to be committed, or closed with its connection.
 *
 * @param isStreamed - Whether the rows of the last statement are computed as they are fetched.
 * @returns undefined where a statement does not only read, as far as is known.
 */
export async function executeReads(
  execution: Execution,
  isStreamed: boolean,
): Promise<DuckDBResult | undefined> {
  const { database, connection, request } = execution
  const kind = readKindWithoutEffects(request.sql)
  if (kind === undefined) {
    // What DuckDB cannot parse fails at once.
    await execution.extract()
    return undefined
  }
  // Also to prepare: the arguments of functions that return tables are computed then.
  await database.execute(connection, 'BEGIN TRANSACTION READ ONLY')
  const result = await tryReads(execution, kind, isStreamed)
  if (result !== undefined || !kind.isPlan) return result
  // To DuckDB, the plan of a write is one. What it is of could be prepared, and had no effect.
  await database.execute(connection, 'ROLLBACK')
  await database.execute(connection, 'BEGIN TRANSACTION')
  return tryReads(execution, kind, isStreamed)
}

async function tryReads(
  execution: Execution,
  kind: ReadKind,
  isStreamed: boolean,
): Promise<DuckDBResult | undefined> {
  let result: DuckDBResult | undefined
  try {
    if (await callsMacro(execution.database, execution.connection, kind)) return undefined
    // In the transaction, for what DuckDB makes of EXPLAIN PIVOT begins one else.
    const extracted = await execution.extract()
    const values = execution.parametersFor(extracted)
    for (let index = 0; index < extracted.count; index++) {
      const statement = await prepareRead(execution, extracted, index, kind)
      if (statement === undefined) return undefined
      try {
        const { statementType } = statement
        if (!isReadType(statementType, kind)) return undefined
        if (!hasReadResult(statementType)) await execution.run(statement, values)
        // A connection has one streamed result: the next statement would cut it off.
        else if (isStreamed && index === extracted.count - 1)
          result = await execution.stream(statement, values)
        else result = await execution.run(statement, values)
      } finally {
        statement.destroySync()
      }
    }
    return result
  } catch (error) {
    if (isRefusedWrite(error)) return undefined
    throw error
  }
}

/** An INSERT into a table that an earlier call is yet to create can be prepared when its turn comes; a SELECT reads now. */
async function prepareRead(
  { database, connection, request }: Execution,
  extracted: DuckDBExtractedStatements,
  index: number,
  { mayInsert }: ReadKind,
): Promise<DuckDBPreparedStatement | undefined> {
  try {
    return await database.poolCall(() => extracted.prepare(index))
  } catch (error) {
    if (mayInsert && !(await isAllSelect(database, connection, request.sql))) return undefined
    throw error
  }
}
