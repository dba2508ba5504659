import {
  BIGINT,
  DOUBLE,
  type DuckDBType,
  DuckDBTypeId,
  FLOAT,
  HUGEINT,
  INTEGER,
  SMALLINT,
  TINYINT,
  UBIGINT,
  UHUGEINT,
  UINTEGER,
  USMALLINT,
  UTINYINT,
} from '@duckdb/node-api'
import type { TypedValue } from './typed-value.js'

interface IntegerType {
  readonly type: DuckDBType
  readonly bits: number
  readonly isSigned: boolean
}

const integerTypes: ReadonlyMap<DuckDBTypeId, IntegerType> = new Map([
  [DuckDBTypeId.TINYINT, { type: TINYINT, bits: 8, isSigned: true }],
  [DuckDBTypeId.SMALLINT, { type: SMALLINT, bits: 16, isSigned: true }],
  [DuckDBTypeId.INTEGER, { type: INTEGER, bits: 32, isSigned: true }],
  [DuckDBTypeId.BIGINT, { type: BIGINT, bits: 64, isSigned: true }],
  [DuckDBTypeId.HUGEINT, { type: HUGEINT, bits: 128, isSigned: true }],
  [DuckDBTypeId.UTINYINT, { type: UTINYINT, bits: 8, isSigned: false }],
  [DuckDBTypeId.USMALLINT, { type: USMALLINT, bits: 16, isSigned: false }],
  [DuckDBTypeId.UINTEGER, { type: UINTEGER, bits: 32, isSigned: false }],
  [DuckDBTypeId.UBIGINT, { type: UBIGINT, bits: 64, isSigned: false }],
  [DuckDBTypeId.UHUGEINT, { type: UHUGEINT, bits: 128, isSigned: false }],
])

/** Undefined where the place is for no integer, or for none of this size. */
export function integerParameter(value: number | bigint, typeId: DuckDBTypeId): TypedValue | undefined {
  if (typeof value === 'number' && !Number.isInteger(value)) return undefined
  const integerType = integerTypes.get(typeId)
  if (integerType === undefined) return undefined
  const { type, bits, isSigned } = integerType
  const integer = BigInt(value)
  if ((isSigned ? BigInt.asIntN(bits, integer) : BigInt.asUintN(bits, integer)) !== integer) return undefined
  return [bits < 64 ? Number(integer) : integer, type]
}

/** A FLOAT is compared with what the column would hold, as by a literal: 0.1 is found where 0.1 was written. */
export function floatParameter(value: number | bigint, typeId: DuckDBTypeId): TypedValue | undefined {
  const number = Number(value)
  if (typeof value === 'bigint' && (!Number.isFinite(number) || BigInt(number) !== value)) return undefined
  if (typeId === DuckDBTypeId.DOUBLE) return [number, DOUBLE]
  if (typeId !== DuckDBTypeId.FLOAT) return undefined
  const rounded = Math.fround(number)
  const isLost = Number.isInteger(number)
    ? rounded !== number
    : rounded === 0 || Math.abs(rounded) === Infinity
  return isLost ? [number, DOUBLE] : [number, FLOAT]
}

/** As the type that it has by itself. */
export function untypedNumber(value: number | bigint): TypedValue {
  if (typeof value === 'number') {
    if (!Number.isSafeInteger(value) || Object.is(value, -0)) return [value, DOUBLE]
    return (value | 0) === value ? [value, INTEGER] : [BigInt(value), BIGINT]
  }
  if (BigInt.asIntN(64, value) === value) return [value, BIGINT]
  return [value, BigInt.asIntN(128, value) === value ? HUGEINT : UHUGEINT]
}

/** The safe integers that an integer type has; undefined for other types. */
export function safeRange(typeId: DuckDBTypeId): readonly [least: number, most: number] | undefined {
  const integerType = integerTypes.get(typeId)
  if (integerType === undefined) return undefined
  const { bits, isSigned } = integerType
  const most = Math.min(Number.MAX_SAFE_INTEGER, 2 ** (isSigned ? bits - 1 : bits) - 1)
  return [isSigned ? Math.max(Number.MIN_SAFE_INTEGER, -(2 ** (bits - 1))) : 0, most]
}
