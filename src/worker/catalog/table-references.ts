import type { ColumnType } from '../../protocol/column-type.js'
import { foldName, quoteIdentifier } from '../../protocol/sql.js'
import { toKeyExpression } from './key-expression.js'
import { toStrings } from './table-constraints.js'
import type { Reference } from './table-metadata.js'

/** Rows of `duckdb_constraints()` about FOREIGN KEYs: whose they are, text, columns, referenced columns. */
export const referenceColumns =
  'table_name, constraint_text, constraint_column_names, referenced_column_names'

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
