import { isDate, isPromise } from 'node:util/types'
import type { CopiedParameter } from '../../protocol/copied-parameter.js'
import type { QueryParameter } from '../../protocol/query-value.js'
import type { ExecuteRequest } from '../../protocol/requests.js'
import { describeValue } from '../contract/describe-value.js'
import { ParameterCopier } from './parameter-copier.js'

/**
 * Values for `?` and `$1` by position, or for `$name` by name, with or without the `$`; `undefined` is NULL. They are copied
 * at the call, which takes about 10 ns for a number of an array, and 100 for a string: at most 5,000,000 numbers, 1,000,000 other values in
 * arrays and objects, and 100 levels of those in each other.
 */
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
  const copier = new ParameterCopier()
  // By its length, for a hole is a value, too.
  if (Array.isArray(parameters)) {
    return Array.from({ length: parameters.length }, (_, index) => copier.copy(index, parameters[index]))
  }
  if (isNoRecord(parameters)) {
    throw new TypeError(
      `Expected \`parameters\` to be an array or an object, got ${describeValue(parameters)}`,
    )
  }
  // Defines its properties, one that is called __proto__ too.
  return Object.fromEntries(namedEntries(parameters, copier))
}

/** Whether an object is one of values that have no names, such as a Map or a typed array. */
function isNoRecord(parameters: object): boolean {
  return Symbol.iterator in parameters || isDate(parameters) || isPromise(parameters)
}

function namedEntries(parameters: object, copier: ParameterCopier): [string, CopiedParameter][] {
  const names = new Map<string, string>()
  return Object.entries(parameters).map(([key, value]) => {
    const name = key.replace(/^\$/, '')
    const same = names.get(name.toLowerCase())
    // DuckDB does not tell names apart by their case.
    if (same !== undefined)
      throw new TypeError(`Expected one value for $${name}, got \`${same}\` and \`${key}\``)
    names.set(name.toLowerCase(), key)
    return [name, copier.copy(key, value)]
  })
}
