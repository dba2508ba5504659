import { foldName } from '../../protocol/sql.js'
import type { GeneratedColumn } from './table-metadata.js'

/**
 * Generated columns in an order in which each can be computed: after those that its expression names. The catalog has
 * them in the order of their table, where one may stand before what it is made of.
 *
 * @param namesIn - The names that an expression has for columns; undefined where they cannot be known.
 */
export function inOrderOfNeed(
  generated: readonly GeneratedColumn[],
  namesIn: (expression: string) => readonly string[] | undefined,
): readonly GeneratedColumn[] {
  const byName = new Map(generated.map((column) => [foldName(column.name), column]))
  const met = new Set<GeneratedColumn>()
  const ordered: GeneratedColumn[] = []
  const add = (column: GeneratedColumn) => {
    // DuckDB has no circles, but a field of a STRUCT may be called like a column.
    if (met.has(column)) return
    met.add(column)
    for (const name of namesIn(column.expression) ?? []) {
      const needed = byName.get(foldName(name))
      if (needed !== undefined) add(needed)
    }
    ordered.push(column)
  }
  for (const column of generated) add(column)
  return ordered
}
