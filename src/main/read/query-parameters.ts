import { isDate, isPromise, isUint8Array } from 'node:util/types'
import type { QueryParameter } from '../../protocol/query-value.js'
import type { ExecuteRequest } from '../../protocol/requests.js'
import { quoteName } from '../../protocol/visible-text.js'
import { describeValue } from '../contract/describe-value.js'
import { isDetached } from '../encode/is-detached.js'

/** Values for `?` and `$1` by position, or for `$name` by name, with or without the `$`. */
export type QueryParameters =
  | readonly (QueryParameter | undefined)[]
  | Readonly<Record<string, QueryParameter | undefined>>

/** As they are sent. */
type CopiedParameters = NonNullable<ExecuteRequest['parameters']>

/**
 * Checks what a query is called with, and copies the parameters: each is read once, so that what was checked is what is
 * sent, whatever getters or a Proxy return the next time.
 *
 * @throws TypeError or RangeError for what DuckDB has no value for.
 */
export function copyStatement(
  sql: unknown,
  parameters: unknown,
): { readonly sql: string; readonly parameters?: CopiedParameters } {
  if (typeof sql !== 'string')
    throw new TypeError(`Expected \`sql\` to be a string, got ${describeValue(sql)}`)
  return parameters === undefined ? { sql } : { sql, parameters: copyParameters(parameters) }
}

function copyParameters(parameters: unknown): CopiedParameters {
  if (typeof parameters !== 'object' || parameters === null) {
    throw new TypeError(
      `Expected \`parameters\` to be an array or an object, got ${describeValue(parameters)}`,
    )
  }
  // By its length, for a hole is a value, too.
  if (Array.isArray(parameters)) {
    return Array.from({ length: parameters.length }, (_, index) => copyParameter(index, parameters[index]))
  }
  if (isNoRecord(parameters)) {
    throw new TypeError(
      `Expected \`parameters\` to be an array or an object, got ${describeValue(parameters)}`,
    )
  }
  // Defines its properties, one that is called __proto__ too.
  return Object.fromEntries(namedEntries(parameters))
}

/** Whether an object is one of values that have no names, such as a Map or a typed array. */
function isNoRecord(parameters: object): boolean {
  return Symbol.iterator in parameters || isDate(parameters) || isPromise(parameters)
}

function namedEntries(parameters: object): [string, QueryParameter][] {
  const names = new Map<string, string>()
  return Object.entries(parameters).map(([key, value]) => {
    const name = key.replace(/^\$/, '')
    const same = names.get(name.toLowerCase())
    // DuckDB does not tell names apart by their case.
    if (same !== undefined)
      throw new TypeError(`Expected one value for $${name}, got \`${same}\` and \`${key}\``)
    names.set(name.toLowerCase(), key)
    return [name, copyParameter(key, value)]
  })
}

function copyParameter(name: string | number, value: unknown): QueryParameter {
  const what = `Expected parameter ${typeof name === 'number' ? name : quoteName(name)} to be`
  switch (typeof value) {
    case 'boolean':
    case 'number':
      return value
    case 'string':
      if (value.isWellFormed()) return value
      throw new RangeError(`${what} a string without lone surrogates`)
    case 'bigint':
      if (BigInt.asIntN(128, value) === value || BigInt.asUintN(128, value) === value) return value
      throw new RangeError(`${what} a bigint of at most 128 bits, got ${describeValue(value)}`)
    default:
      if (value === null || value === undefined) return null
      if (isUint8Array(value)) {
        if (isDetached(value)) throw new TypeError(`${what} a Uint8Array that has its buffer`)
        return new Uint8Array(value)
      }
      if (isDate(value)) return copyDate(what, value)
      throw new TypeError(
        `${what} null, a boolean, number, bigint, string, Date or Uint8Array, got ${describeValue(value)}`,
      )
  }
}

/** The time of a Date, whatever methods it has been given. */
function copyDate(what: string, value: Date): Date {
  const copy = new Date(Date.prototype.getTime.call(value))
  if (Number.isNaN(copy.getTime())) throw new RangeError(`${what} a valid Date`)
  return copy
}
