import { BLOB, blobValue, type DuckDBPreparedStatement, DuckDBTypeId } from '@duckdb/node-api'
import { type CopiedParameter, isNested } from '../../protocol/copied-parameter.js'
import type { Path } from '../../protocol/format-path.js'
import { bindNested } from './bind-nested.js'
import { dateParameter } from './date-parameter.js'
import type { UntypedDate } from './date-probe.js'
import { decimalParameter } from './decimal-parameter.js'
import { floatParameter, integerParameter, untypedNumber } from './number-parameter.js'
import type { TypedValue } from './typed-value.js'

/**
 * Binds a value as the type that its place has, where it is one of that type: what it is compared with is then left as
 * it is, and can be found by an index. Main has checked the kinds and the ranges of the values.
 *
 * @param path - Names the parameter.
 */
export function bindParameter(
  statement: DuckDBPreparedStatement,
  index: number,
  value: CopiedParameter,
  untypedDate: UntypedDate,
  path: Path,
): void {
  if (value === null) statement.bindNull(index)
  else if (typeof value === 'boolean') statement.bindBoolean(index, value)
  else if (typeof value === 'string') statement.bindVarchar(index, value)
  else if (isNested(value) || (value instanceof Uint8Array && isListed(statement, index))) {
    bindNested(statement, index, value, untypedDate, path)
  } else statement.bindValue(index, ...toTypedValue(value, statement, index, untypedDate))
}

/** Whether bytes are numbers there, and no BLOB. */
function isListed(statement: DuckDBPreparedStatement, index: number): boolean {
  const typeId = statement.parameterTypeId(index)
  return typeId === DuckDBTypeId.LIST || typeId === DuckDBTypeId.ARRAY
}

function toTypedValue(
  value: number | bigint | Date | Uint8Array,
  statement: DuckDBPreparedStatement,
  index: number,
  untypedDate: UntypedDate,
): TypedValue {
  if (value instanceof Uint8Array) return [blobValue(value), BLOB]
  // INVALID where the place takes the type of the value.
  const typeId = statement.parameterTypeId(index)
  if (value instanceof Date) return dateParameter(value, typeId, untypedDate)
  if (typeId === DuckDBTypeId.DECIMAL) {
    return decimalParameter(value, statement.parameterType(index)) ?? untypedNumber(value)
  }
  return integerParameter(value, typeId) ?? floatParameter(value, typeId) ?? untypedNumber(value)
}
