import {
  BIGINT,
  BLOB,
  blobValue,
  DOUBLE,
  type DuckDBPreparedStatement,
  type DuckDBType,
  type DuckDBValue,
  HUGEINT,
  INTEGER,
  TIMESTAMP,
  timestampValue,
  UHUGEINT,
} from '@duckdb/node-api'
import type { QueryParameter } from '../../protocol/requests.js'
import { quoteName } from '../../protocol/visible-text.js'
import { WorkerFailure } from '../failure.js'

type Parameters = readonly QueryParameter[] | Readonly<Record<string, QueryParameter>>

/** Binds `?` and `$1` by position, `$name` by name. Main has checked the kinds and the ranges of the values. */
export function bindParameters(statement: DuckDBPreparedStatement, parameters: Parameters): void {
  if (Array.isArray(parameters)) {
    for (const [index, value] of parameters.entries()) bind(statement, index + 1, value)
    return
  }
  for (const [name, value] of Object.entries(parameters)) bind(statement, indexOf(statement, name), value)
}

function indexOf(statement: DuckDBPreparedStatement, name: string): number {
  try {
    return statement.parameterIndex(name)
  } catch {
    const known = Array.from({ length: statement.parameterCount }, (_, index) =>
      quoteName(statement.parameterName(index + 1)),
    )
    const message = `The query failed: it has no parameter ${quoteName(name)}, but ${known.join(', ') || 'none'}`
    throw new WorkerFailure({ code: 'PERSIST_QUERY_FAILED', message })
  }
}

function bind(statement: DuckDBPreparedStatement, index: number, value: QueryParameter): void {
  if (value === null) statement.bindNull(index)
  else if (typeof value === 'boolean') statement.bindBoolean(index, value)
  else if (typeof value === 'string') statement.bindVarchar(index, value)
  else statement.bindValue(index, ...toTypedValue(value))
}

function toTypedValue(value: number | bigint | Date | Uint8Array): [DuckDBValue, DuckDBType] {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) return [value, DOUBLE]
    return (value | 0) === value ? [value, INTEGER] : [BigInt(value), BIGINT]
  }
  if (typeof value === 'bigint') {
    if (BigInt.asIntN(64, value) === value) return [value, BIGINT]
    return [value, BigInt.asIntN(128, value) === value ? HUGEINT : UHUGEINT]
  }
  if (value instanceof Date) return [timestampValue(BigInt(value.getTime()) * 1000n), TIMESTAMP]
  return [blobValue(value), BLOB]
}
