import { columnKind } from '../shapes/column-kind.js'
import { columnNames, type Shape } from '../shapes/shape.js'

/** A row by its columns: JSON as text, a moment in milliseconds. */
export type StoredRow = Readonly<Record<string, string | number>>

/** What a database is to hold of a row. */
export function toStoredRow<Row extends object>(shape: Shape<Row>, row: Row): StoredRow {
  return Object.fromEntries(
    columnNames(shape).map((name) => [name, toStored(shape.columns[name], row[name])] as const),
  )
}

function toStored(definition: string, value: unknown): string | number {
  const kind = columnKind(definition)
  if (kind === 'json') return JSON.stringify(value)
  if (kind === 'text') return String(value)
  // A store of JSON has the text of a Date.
  if (kind === 'timestamp') return (value instanceof Date ? value : new Date(String(value))).getTime()
  return Number(value)
}
