import { isDate, isUint8Array } from 'node:util/types'
import type { QueryParameter } from '../../protocol/requests.js'
import { describeValue } from '../describe-value.js'

/** Values for `?` and `$1` by position, or for `$name` by name. */
export type QueryParameters = readonly QueryParameter[] | Readonly<Record<string, QueryParameter>>

/** @throws TypeError or RangeError for what DuckDB has no value for. */
export function checkQuery(sql: unknown, parameters: unknown): void {
  if (typeof sql !== 'string')
    throw new TypeError(`Expected \`sql\` to be a string, got ${describeValue(sql)}`)
  if (parameters === undefined) return
  if (typeof parameters !== 'object' || parameters === null) {
    throw new TypeError(
      `Expected \`parameters\` to be an array or an object, got ${describeValue(parameters)}`,
    )
  }
  for (const [name, value] of Object.entries(parameters)) checkParameter(name, value)
}

function checkParameter(name: string, value: unknown): void {
  const what = `Expected parameter ${name} to be`
  switch (typeof value) {
    case 'boolean':
    case 'number':
      return
    case 'string':
      if (value.isWellFormed()) return
      throw new RangeError(`${what} a string without lone surrogates`)
    case 'bigint':
      if (BigInt.asIntN(128, value) === value || BigInt.asUintN(128, value) === value) return
      throw new RangeError(`${what} a bigint of at most 128 bits, got ${describeValue(value)}`)
    default:
      if (value === null || isUint8Array(value)) return
      if (isDate(value)) {
        if (!Number.isNaN(value.getTime())) return
        throw new RangeError(`${what} a valid Date`)
      }
      throw new TypeError(
        `${what} null, a boolean, number, bigint, string, Date or Uint8Array, got ${describeValue(value)}`,
      )
  }
}
