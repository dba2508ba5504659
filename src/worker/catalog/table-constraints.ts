import { quoteIdentifier } from '../../protocol/column-type.js'
import type { Check, ForeignKey, NotNull, Unique } from './table-shape.js'

/** Rows of `duckdb_constraints()`: type, text, expression, columns, referenced table, referenced columns. */
export const constraintColumns = `constraint_type, constraint_text, expression, constraint_column_names,
  referenced_table, referenced_column_names`

/** Rows of `duckdb_indexes()`: name, whether it is unique, its expressions. */
export const indexColumns = 'index_name, is_unique, expressions::VARCHAR[]'

export interface TableConstraints {
  readonly notNulls: readonly NotNull[]
  readonly checks: readonly Check[]
  readonly foreignKeys: readonly ForeignKey[]
  readonly uniques: readonly Unique[]
}

/** Makes constraints of what the catalog has about them, as JSON values; the PRIMARY KEY is the first of the uniques. */
export function readConstraints(
  constraintRows: readonly (readonly unknown[])[],
  indexRows: readonly (readonly unknown[])[],
  columnNames: readonly string[],
): TableConstraints {
  const notNulls: NotNull[] = []
  const checks: Check[] = []
  const foreignKeys: ForeignKey[] = []
  const primary: Unique[] = []
  const others: Unique[] = []
  for (const [type, constraintText, expression, names, referencedTable, referencedNames] of constraintRows) {
    const text = String(constraintText)
    const columns = toStrings(names)
    const expressions = columns.map(quoteIdentifier)
    if (type === 'NOT NULL') {
      const [column = ''] = columns
      notNulls.push({ code: 'not-null', text: `${quoteIdentifier(column)} NOT NULL`, columns })
    } else if (type === 'CHECK') {
      checks.push({ code: 'check', text, columns, expression: String(expression) })
    } else if (type === 'FOREIGN KEY') {
      const referencedColumns = toStrings(referencedNames)
      const reference = { referencedTable: String(referencedTable), referencedColumns }
      // The catalog has no text where a table refers to itself.
      const made = `FOREIGN KEY (${columns.join(', ')}) REFERENCES ${referencedTable}(${referencedColumns.join(', ')})`
      foreignKeys.push({ code: 'foreign-key', text: text === '' ? made : text, columns, ...reference })
    } else if (type === 'PRIMARY KEY') primary.push({ code: 'duplicate-key', text, columns, expressions })
    else if (type === 'UNIQUE') others.push({ code: 'unique', text, columns, expressions })
  }
  const known = new Map(columnNames.flatMap((name) => [[name, name] as const, [quoteIdentifier(name), name]]))
  for (const [name, isUnique, expressionList] of indexRows) {
    if (isUnique !== true) continue
    const expressions = toStrings(expressionList)
    const columns = expressions.flatMap((expression) => known.get(expression) ?? [])
    const text = `UNIQUE INDEX ${quoteIdentifier(String(name))} (${expressions.join(', ')})`
    others.push({ code: 'unique', text, columns, expressions })
  }
  return { notNulls, checks, foreignKeys, uniques: [...primary, ...others] }
}

function toStrings(list: unknown): string[] {
  return Array.isArray(list) ? list.map(String) : []
}
