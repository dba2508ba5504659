import type { DuckDBType } from '@duckdb/node-api'
import { type ColumnType, isPlain, longestArray, type NamedType } from '../../protocol/column-type.js'
import { typeNameOf } from './type-name.js'
import { structureOf } from './type-structure.js'

/** The type of a column that can be written; undefined for others. */
export function toColumnType(type: DuckDBType): ColumnType | undefined {
  const name = typeNameOf(type)
  if (name !== undefined && isPlain(name)) return { name }
  const structure = structureOf(type, toColumnType)
  switch (structure?.name) {
    case 'ARRAY':
      return structure.length > longestArray ? undefined : structure
    case 'STRUCT':
      return { name: 'STRUCT', fields: toNamedTypes(structure.names, structure.fields) }
    case 'UNION':
      return { name: 'UNION', members: toNamedTypes(structure.tags, structure.members) }
    default:
      return structure
  }
}

function toNamedTypes(names: readonly string[], types: readonly ColumnType[]): NamedType[] {
  return types.map((type, index) => ({ name: names[index] ?? '', type }))
}

/** The same of the columns of a table, by their names. */
export function toColumnTypes(
  types: ReadonlyMap<string, DuckDBType>,
): ReadonlyMap<string, ColumnType | undefined> {
  return new Map([...types].map(([name, type]) => [name, toColumnType(type)] as const))
}
