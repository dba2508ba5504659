import type { Json } from '@duckdb/node-api'
import type { ColumnType } from '../../protocol/column-type.js'
import { foldName, quoteIdentifier } from '../../protocol/sql.js'
import { toKeyExpression } from './key-expression.js'
import { toStrings } from './table-constraints.js'
import type { Reference } from './table-metadata.js'

/**
 * What is of use of a FOREIGN KEY to a table: whose it is, text, columns, referenced columns.
 *
 * @param constraint - As `constraintColumns` of `table-constraints.ts` has it.
 */
export function toReferenceRow(table: Json, constraint: readonly Json[]): Json[] {
  const [, text = null, , columns = null, , referencedColumns = null] = constraint
  return [table, text, columns, referencedColumns]
}

/** The order in which such rows are read: the same whenever the database is opened. */
export function byText(left: readonly Json[], right: readonly Json[]): number {
  const [a, b] = [JSON.stringify(left), JSON.stringify(right)]
  return a < b ? -1 : a > b ? 1 : 0
}

/**
 * Makes references of what the catalog has about the FOREIGN KEYs to a table.
 *
 * @param types - Of the columns of the table.
 * @param columns - What they bind: the columns that a row which is referred to cannot change.
 */
export function readReferences(
  rows: readonly (readonly unknown[])[],
  types: ReadonlyMap<string, ColumnType | undefined>,
  columns: readonly string[],
): readonly Reference[] {
  const typesByName = new Map([...types].map(([name, type]) => [foldName(name), type]))
  return rows.map(([table, text, referring, referenced]) => {
    const referringTable = String(table)
    const [referringNames, names] = [toStrings(referring), toStrings(referenced)]
    // A column has the type of the one that it refers to.
    const keyTypes = names.map((name) => typesByName.get(foldName(name)))
    const toKey = (name: string, index: number) => toKeyExpression(quoteIdentifier(name), keyTypes[index])
    // The catalog has no text where a table refers to itself.
    const made = `FOREIGN KEY (${referringNames.join(', ')}) REFERENCES ${referringTable}(${names.join(', ')})`
    return {
      code: 'foreign-key',
      text: text === '' ? made : String(text),
      columns,
      referringTable,
      referringColumns: referringNames,
      referringKey: referringNames.map(toKey),
      referencedKey: names.map(toKey),
    }
  })
}
