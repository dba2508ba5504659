import type { Reading } from './query-value.js'

const integers = ['TINYINT', 'SMALLINT', 'INTEGER', 'UTINYINT', 'USMALLINT', 'UINTEGER'] as const
const bigints = ['BIGINT', 'UBIGINT'] as const
const floats = ['FLOAT', 'DOUBLE'] as const

/** The types whose vectors are the memory of a typed array. */
export type NumberVectorName = (typeof integers | typeof bigints | typeof floats)[number]

const numbers: ReadonlySet<string> = new Set([...integers, ...floats])
const wideIntegers: ReadonlySet<string> = new Set(bigints)

/** The type of numbers that a type is, if its values are read as what the elements of a typed array are. */
export function numberVectorOf(name: string, reading: Reading): NumberVectorName | undefined {
  const isNumber = numbers.has(name) || (reading.bigints === 'bigint' && wideIntegers.has(name))
  return isNumber ? (name as NumberVectorName) : undefined
}
