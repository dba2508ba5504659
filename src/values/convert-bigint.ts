import type { QueryValue } from '../protocol/query-value.js'
import type { ValueContext } from './value-context.js'

/** What makes of a bigint what the option `bigints` says; nothing where that is the bigint. */
export function convertBigint({
  reading,
  misfit,
}: ValueContext): ((value: bigint) => QueryValue) | undefined {
  if (reading.bigints === 'bigint') return undefined
  if (reading.bigints === 'string') return String
  return (value) => {
    const number = Number(value)
    return Number.isSafeInteger(number) ? number : misfit('bigints', String(value))
  }
}
