import type { QueryRow, QueryValue } from '../../protocol/query-value.js'
import type { Violation } from '../../protocol/violation.js'
import { quoteName, toVisible } from '../../protocol/visible-text.js'
import { describeValue } from '../contract/describe-value.js'
import type { Rejection } from '../contract/rejection.js'

/** In a message; `constraint` of the rejection has it whole. */
const longestConstraint = 500

/**
 * Makes a rejection of what the worker says of a row.
 *
 * @param indexOf - The index of the row that was written as number `ordinal`.
 * @param rowAt - The row as it was given, where the source still has it.
 */
export function violationToRejection(
  violation: Violation,
  indexOf: (ordinal: number) => number,
  key: readonly string[],
  rowAt: ((index: number) => unknown) | undefined,
): Rejection {
  const { ordinal, code, constraint, columns, conflictOrdinal, row } = violation
  const index = indexOf(ordinal)
  const conflictIndex = conflictOrdinal === undefined ? undefined : indexOf(conflictOrdinal)
  const [column] = columns
  const rejected = {
    index,
    row: rowAt === undefined ? row : rowAt(index),
    message: describe({ ...violation, constraint: toVisible(constraint, longestConstraint) }, conflictIndex),
    constraint,
    ...(columns.length === 1 && column !== undefined ? { column } : {}),
    ...(key.length === 0 ? {} : { key: pick(row, key) }),
  }
  if (code !== 'duplicate-key' && code !== 'unique') return { ...rejected, code }
  return { ...rejected, code, ...(conflictIndex === undefined ? {} : { conflictIndex }) }
}

function describe(
  { code, constraint, columns, row, referringTable }: Violation,
  conflictIndex: number | undefined,
): string {
  const values = columns.map((name) => `${toVisible(name, 60)}: ${showValue(row[name])}`).join(', ')
  switch (code) {
    case 'not-null':
      return `a new row needs a value, and the column has no DEFAULT that is one: ${constraint}`
    case 'check':
      return `${values === '' ? 'the row' : values} breaks ${constraint}`
    case 'foreign-key':
      return referringTable === undefined
        ? `there is no row for ${values}: ${constraint}`
        : `DuckDB changes no indexed column (${columns.map((name) => toVisible(name, 60)).join(', ')}) of a row that ${quoteName(referringTable)} refers to: ${constraint}`
    case 'duplicate-key':
    case 'unique': {
      const owner = conflictIndex === undefined ? 'the table' : `row ${conflictIndex} of the call`
      return `${owner} has ${values === '' ? 'the same' : values} already: ${constraint}`
    }
  }
}

/** A value that `query()` reads, short and without its type. */
function showValue(value: QueryValue | undefined): string {
  if (value instanceof Date) return value.toISOString()
  const text = describeValue(value)
  return text.replace(/n? \((?:string|number|bigint|boolean)\)$/, '')
}

function pick(row: QueryRow, names: readonly string[]): QueryRow {
  return Object.fromEntries(names.map((name) => [name, row[name] ?? null]))
}
