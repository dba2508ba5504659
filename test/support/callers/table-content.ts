import type { ModelTable } from '../conflict-model.js'
import { numbered } from '../conflict-model.js'

type Row = Readonly<Record<string, unknown>>

/** Rows as texts that can be compared, in an order of their own; without the columns whose values a sequence gives. */
export function contentOf(rows: readonly Row[], { columns }: ModelTable): string[] {
  const names = columns.filter((column) => column.default !== numbered)
  return rows.map((row) => names.map(({ name, type }) => toText(row[name], type)).join('|')).sort()
}

/** As `query()` reads a value, or DuckDB's own client. */
function toText(value: unknown, type: string): string {
  if (value === null || value === undefined) return 'NULL'
  // -0 is the same key as 0.
  if (type !== 'VARCHAR') return String(Number(value))
  const text = JSON.stringify(value)
  return text.length < 80 ? text : `${text.slice(0, 20)}... of ${text.length}`
}
