import type { QueryValue } from '../protocol/query-value.js'
import { scanJson } from './scan-json.js'

interface Parsed {
  readonly value: QueryValue
  /** Levels of arrays and objects. */
  readonly levels: number
}

/**
 * The value of a text of JSON where JavaScript has the same, and else the text itself, of which nothing is lost: where
 * it has a number that a double does not hold, a key twice in one object, or more than `mostLevels`. The text as well
 * where it is not JSON, for DuckDB does not check what is written to a JSON column.
 */
export function parseJson(text: string, mostLevels: number): Parsed {
  const unparsed = { value: text, levels: 0 }
  let value: QueryValue
  try {
    value = JSON.parse(text)
  } catch {
    return unparsed
  }
  if (typeof value === 'string' || typeof value === 'boolean') return { value, levels: 0 }
  const { levels, members, isExact } = scanJson(text)
  if (!isExact || levels > mostLevels) return unparsed
  // Of a key that is there twice, only the last is left.
  if (members > 0 && countMembers(value) !== members) return unparsed
  return { value, levels }
}

function countMembers(value: QueryValue): number {
  if (typeof value !== 'object' || value === null) return 0
  const items: readonly QueryValue[] = Array.isArray(value) ? value : Object.values(value)
  let count = Array.isArray(value) ? 0 : items.length
  // A call for each number or text would take twice the time.
  for (const item of items) if (typeof item === 'object' && item !== null) count += countMembers(item)
  return count
}
