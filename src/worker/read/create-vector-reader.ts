import {
  DuckDBArrayType,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId,
  DuckDBUnionType,
} from '@duckdb/node-api'
import { createItemReader } from './item-reader.js'
import { readArray, readList, readMap, readStruct, readUnion } from './nested-reader.js'
import type { ReadingContext } from './reading-context.js'
import { readVariant } from './variant-reader.js'
import type { VectorReader } from './vector-reader.js'

/**
 * How values of a type are read, which depends on the type and the options alone.
 *
 * @param level - Arrays and objects that a value is in.
 */
export function createVectorReader(type: DuckDBType, context: ReadingContext, level = 0): VectorReader {
  const read = (inner: DuckDBType) => createVectorReader(inner, context, level + 1)
  const metadata = { tally: context.tally, level: level + 1 }
  if (type instanceof DuckDBListType) return readList(read(type.valueType), metadata)
  if (type instanceof DuckDBArrayType) return readArray(read(type.valueType), type.length, metadata)
  if (type instanceof DuckDBStructType)
    return readStruct(type.entryNames, type.entryTypes.map(read), metadata)
  if (type instanceof DuckDBMapType) {
    // Each entry is an object in the array.
    const readInEntry = (inner: DuckDBType) => createVectorReader(inner, context, level + 2)
    return readMap(readInEntry(type.keyType), readInEntry(type.valueType), metadata)
  }
  if (type instanceof DuckDBUnionType) return readUnion(type.memberTags, type.memberTypes.map(read), metadata)
  if (type.typeId === DuckDBTypeId.VARIANT) return readVariant(context, level)
  return createItemReader(type, context, level)
}
