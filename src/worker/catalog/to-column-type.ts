import { DuckDBDecimalType, DuckDBEnumType, type DuckDBType } from '@duckdb/node-api'
import { type ColumnType, isWritable } from '../../protocol/column-type.js'
import { typeNameOf } from './type-name.js'

/** The type of a column that can be written; undefined for others. */
export function toColumnType(type: DuckDBType): ColumnType | undefined {
  if (type instanceof DuckDBDecimalType) return { name: 'DECIMAL', width: type.width, scale: type.scale }
  if (type instanceof DuckDBEnumType) return { name: 'ENUM', members: type.values }
  const name = typeNameOf(type)
  if (name === undefined || !isWritable(name)) return undefined
  // They have classes of their own, above.
  return name === 'DECIMAL' || name === 'ENUM' ? undefined : { name }
}
