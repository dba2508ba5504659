import { type DuckDBDecimalValue, type DuckDBType, DuckDBTypeId } from '@duckdb/node-api'
import type { Value } from '@duckdb/node-bindings'
import { duckdb } from '../instance/duckdb.js'
import { decimalParameter } from './decimal-parameter.js'
import { nullablePlace, type Place } from './place.js'

/** A place of numbers and bigints that the type holds. */
export function numberPlace(type: DuckDBType): Place {
  return nullablePlace<number | bigint>(type, creator(type), textMaker(type))
}

function creator(type: DuckDBType): (value: number | bigint) => Value {
  switch (type.typeId) {
    case DuckDBTypeId.TINYINT:
      return (value) => duckdb.create_int8(Number(value))
    case DuckDBTypeId.SMALLINT:
      return (value) => duckdb.create_int16(Number(value))
    case DuckDBTypeId.INTEGER:
      return (value) => duckdb.create_int32(Number(value))
    case DuckDBTypeId.BIGINT:
      return (value) => duckdb.create_int64(BigInt(value))
    case DuckDBTypeId.HUGEINT:
      return (value) => duckdb.create_hugeint(BigInt(value))
    case DuckDBTypeId.UTINYINT:
      return (value) => duckdb.create_uint8(Number(value))
    case DuckDBTypeId.USMALLINT:
      return (value) => duckdb.create_uint16(Number(value))
    case DuckDBTypeId.UINTEGER:
      return (value) => duckdb.create_uint32(Number(value))
    case DuckDBTypeId.UBIGINT:
      return (value) => duckdb.create_uint64(BigInt(value))
    case DuckDBTypeId.UHUGEINT:
      return (value) => duckdb.create_uhugeint(BigInt(value))
    case DuckDBTypeId.FLOAT:
      return (value) => duckdb.create_float(Number(value))
    case DuckDBTypeId.DECIMAL:
      // What the survey has found.
      return (value) => duckdb.create_decimal(decimalParameter(value, type)?.[0] as DuckDBDecimalValue)
    default:
      return (value) => duckdb.create_double(Number(value))
  }
}

function textMaker(type: DuckDBType): ((value: number | bigint) => string) | undefined {
  switch (type.typeId) {
    case DuckDBTypeId.DECIMAL:
      return undefined
    case DuckDBTypeId.FLOAT:
      return (value) => doubleText(Math.fround(Number(value)))
    case DuckDBTypeId.DOUBLE:
      return (value) => doubleText(Number(value))
    default:
      // The digits of a large number are zeros, as text.
      return (value) => String(Number.isSafeInteger(value) ? value : BigInt(value))
  }
}

function doubleText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value)
}
