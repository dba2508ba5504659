import {
  DuckDBArrayType,
  DuckDBDecimalType,
  DuckDBEnumType,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBUnionType,
} from '@duckdb/node-api'
import { type ColumnType, isPlain, longestArray, type NamedType } from '../../protocol/column-type.js'
import { typeNameOf } from './type-name.js'

/** The type of a column that can be written; undefined for others. */
export function toColumnType(type: DuckDBType): ColumnType | undefined {
  if (type instanceof DuckDBDecimalType) return { name: 'DECIMAL', width: type.width, scale: type.scale }
  if (type instanceof DuckDBEnumType) return { name: 'ENUM', members: type.values }
  const name = typeNameOf(type)
  if (name !== undefined && isPlain(name)) return { name }
  return toNestedType(type)
}

function toNestedType(type: DuckDBType): ColumnType | undefined {
  if (type instanceof DuckDBListType) {
    const item = toColumnType(type.valueType)
    return item && { name: 'LIST', item }
  }
  if (type instanceof DuckDBArrayType) {
    const item = type.length > longestArray ? undefined : toColumnType(type.valueType)
    return item && { name: 'ARRAY', item, length: type.length }
  }
  if (type instanceof DuckDBMapType) {
    const [key, value] = [toColumnType(type.keyType), toColumnType(type.valueType)]
    return key && value && { name: 'MAP', key, value }
  }
  if (type instanceof DuckDBStructType) {
    const fields = toNamedTypes(type.entryNames, type.entryTypes)
    return fields && { name: 'STRUCT', fields }
  }
  if (type instanceof DuckDBUnionType) {
    const members = toNamedTypes(type.memberTags, type.memberTypes)
    return members && { name: 'UNION', members }
  }
  return undefined
}

function toNamedTypes(names: readonly string[], types: readonly DuckDBType[]): NamedType[] | undefined {
  const named = types.flatMap((type, index) => {
    const columnType = toColumnType(type)
    return columnType === undefined ? [] : [{ name: names[index] ?? '', type: columnType }]
  })
  return named.length === types.length ? named : undefined
}
