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

type Parameters = readonly QueryParameter[] | Readonly<Record<string, QueryParameter>>

/** Binds `?` and `$1` by position, `$name` by name. Main has checked the kinds and the ranges of the values. */
export function bindParameters(statement: DuckDBPreparedStatement, parameters: Parameters): void {
  if (Array.isArray(parameters)) {
    for (const [index, value] of parameters.entries()) bind(statement, index + 1, value)
    return
  }
  for (const [name, value] of Object.entries(parameters))
    bind(statement, statement.parameterIndex(name), value)
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
