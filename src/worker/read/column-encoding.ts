import {
  DuckDBArrayType,
  DuckDBDecimalType,
  DuckDBEnumType,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId,
  DuckDBUnionType,
} from '@duckdb/node-api'
import { factsOf, type TypeName } from '../../protocol/column-type.js'
import type { PlainVectorName, VectorEncoding } from '../../protocol/result-batch.js'
import { typeNameOf } from '../catalog/type-name.js'

/** How the vectors of a type cross; undefined where values of it, at any level, have to be read by node-api. */
export function encodingOf(type: DuckDBType): VectorEncoding | undefined {
  if (type.typeId === DuckDBTypeId.SQLNULL) return { name: 'NULL' }
  if (type instanceof DuckDBEnumType) return { name: 'ENUM', members: type.values }
  if (type instanceof DuckDBDecimalType) {
    const { width, scale } = type
    return { name: 'DECIMAL', width, scale }
  }
  const name = typeNameOf(type)
  if (name !== undefined && isPlainVector(name)) return { name }
  return nestedEncodingOf(type)
}

function nestedEncodingOf(type: DuckDBType): VectorEncoding | undefined {
  if (type instanceof DuckDBListType) {
    const item = encodingOf(type.valueType)
    return item && { name: 'LIST', item }
  }
  if (type instanceof DuckDBArrayType) {
    const item = encodingOf(type.valueType)
    return item && { name: 'ARRAY', item, length: type.length }
  }
  if (type instanceof DuckDBMapType) {
    const [key, value] = [encodingOf(type.keyType), encodingOf(type.valueType)]
    return key && value && { name: 'MAP', key, value }
  }
  if (type instanceof DuckDBStructType) {
    const fields = encodingsOf(type.entryTypes)
    return fields && { name: 'STRUCT', names: type.entryNames, fields }
  }
  if (type instanceof DuckDBUnionType) {
    const members = encodingsOf(type.memberTypes)
    return members && { name: 'UNION', tags: type.memberTags, members }
  }
  return undefined
}

function encodingsOf(types: readonly DuckDBType[]): VectorEncoding[] | undefined {
  const encodings = types.flatMap((type) => encodingOf(type) ?? [])
  return encodings.length === types.length ? encodings : undefined
}

function isPlainVector(name: TypeName): name is PlainVectorName {
  const { layout } = factsOf(name)
  return typeof layout === 'number' || (layout === 'string' && name !== 'BIGNUM')
}
