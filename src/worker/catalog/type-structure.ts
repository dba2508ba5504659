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
import type { DecimalColumnType, EnumColumnType } from '../../protocol/column-type.js'

/** A type with parameters, as data; the types inside of it are what the caller has made of them. */
type TypeStructure<Inner> =
  | DecimalColumnType
  | EnumColumnType
  | { readonly name: 'LIST'; readonly item: Inner }
  | { readonly name: 'ARRAY'; readonly item: Inner; readonly length: number }
  | { readonly name: 'STRUCT'; readonly names: readonly string[]; readonly fields: readonly Inner[] }
  | { readonly name: 'MAP'; readonly key: Inner; readonly value: Inner }
  | { readonly name: 'UNION'; readonly tags: readonly string[]; readonly members: readonly Inner[] }

/** @returns undefined where a type has no parameters, and where `inside` makes nothing of one of those inside of it. */
export function structureOf<Inner extends object>(
  type: DuckDBType,
  inside: (type: DuckDBType) => Inner | undefined,
): TypeStructure<Inner> | undefined {
  if (type instanceof DuckDBDecimalType) return { name: 'DECIMAL', width: type.width, scale: type.scale }
  if (type instanceof DuckDBEnumType) return { name: 'ENUM', members: type.values }
  if (type instanceof DuckDBListType) {
    const item = inside(type.valueType)
    return item && { name: 'LIST', item }
  }
  if (type instanceof DuckDBArrayType) {
    const item = inside(type.valueType)
    return item && { name: 'ARRAY', item, length: type.length }
  }
  if (type instanceof DuckDBMapType) {
    const [key, value] = [inside(type.keyType), inside(type.valueType)]
    return key && value && { name: 'MAP', key, value }
  }
  if (type instanceof DuckDBStructType) {
    const fields = allOf(type.entryTypes, inside)
    return fields && { name: 'STRUCT', names: type.entryNames, fields }
  }
  if (type instanceof DuckDBUnionType) {
    const members = allOf(type.memberTypes, inside)
    return members && { name: 'UNION', tags: type.memberTags, members }
  }
  return undefined
}

function allOf<Inner extends object>(
  types: readonly DuckDBType[],
  inside: (type: DuckDBType) => Inner | undefined,
): Inner[] | undefined {
  const made = types.flatMap((type) => inside(type) ?? [])
  return made.length === types.length ? made : undefined
}
