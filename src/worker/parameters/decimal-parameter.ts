import { type DuckDBType, DuckDBTypeId, decimalValue } from '@duckdb/node-api'
import type { TypedValue } from './typed-value.js'

/** A number as it is written in decimal; undefined where the type does not hold all of its digits. */
export function decimalParameter(value: number | bigint, type: DuckDBType): TypedValue | undefined {
  if (type.typeId !== DuckDBTypeId.DECIMAL) return undefined
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value))
  if (match === null) return undefined
  const [, sign, whole = '', fraction = '', exponent = '0'] = match
  const zeros = type.scale - fraction.length + Number(exponent)
  const digits = BigInt(whole + fraction)
  if (zeros < 0 || zeros > type.width)
    return digits === 0n ? [decimalValue(0n, type.width, type.scale), type] : undefined
  const scaled = digits * 10n ** BigInt(zeros)
  if (scaled.toString().length > type.width) return undefined
  return [decimalValue(sign === '-' ? -scaled : scaled, type.width, type.scale), type]
}
