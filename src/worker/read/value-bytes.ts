import {
  BLOB,
  DuckDBArrayType,
  type DuckDBDataChunk,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  type DuckDBType,
  DuckDBTypeId,
  DuckDBUnionType,
  LIST,
  STRUCT,
  UINTEGER,
  UTINYINT,
  VARCHAR,
} from '@duckdb/node-api'
import type { Vector } from '@duckdb/node-bindings'
import { factsOf, stringEntryBytes, type TypeName } from '../../protocol/column-type.js'
import type { TypeFacts } from '../../protocol/column-types.js'
import { typeNameOf } from '../catalog/type-name.js'
import { duckdb } from '../instance/duckdb.js'
import { entriesOf, validityOf, wordsOf } from './vector-memory.js'

/** What a value without contents of its own takes as a JavaScript value, roughly. */
const plainBytes = 16

/** What some strings become takes so many times their bytes. */
const factors: ReadonlyMap<TypeName | undefined, number> = new Map([
  // `{}` takes 56 bytes as an object.
  ['JSON', 20],
  // A character for each bit.
  ['BIT', 8],
])

/**
 * The children of a VARIANT: keys, children, values, data.
 *
 * @see https://github.com/duckdb/duckdb-node-neo/blob/main/api/src/vectors/DuckDBVariantVector.ts
 */
const variantParts: readonly DuckDBType[] = [
  LIST(VARCHAR),
  LIST(STRUCT({ keys_index: UINTEGER, values_index: UINTEGER })),
  LIST(STRUCT({ type_id: UTINYINT, byte_offset: UINTEGER })),
  BLOB,
]

/** Sums up what the values of rows from `start` up to `end` take, without reading them. */
export type Measure = (start: number, end: number) => number

/**
 * About how many bytes the values of each row take once they are JavaScript's, computed from lengths alone: to find it out
 * by converting them could exhaust the heap, which ends the thread.
 *
 * Vector layout: https://duckdb.org/docs/stable/clients/c/vector
 */
export function measureRows(chunk: DuckDBDataChunk, types: readonly DuckDBType[]): Measure {
  const { rowCount } = chunk
  const measures = types.flatMap((type, column) => {
    if (isPlain(type)) return []
    return [measureVector(duckdb.data_chunk_get_vector(chunk.chunk, column), type, rowCount)]
  })
  const fixed = plainBytes * types.length
  return (start, end) => measures.reduce((sum, measure) => sum + measure(start, end), fixed * (end - start))
}

function measureVector(vector: Vector, type: DuckDBType, count: number): Measure {
  if (isPlain(type)) return (start, end) => plainBytes * (end - start)
  if (layoutOf(type) === 'string') {
    return measureStrings(vector, count, factors.get(typeNameOf(type)) ?? 1)
  }
  if (type instanceof DuckDBListType) return measureLists(vector, type.valueType, count)
  // A MAP is a LIST of STRUCTs of key and value.
  if (type instanceof DuckDBMapType) {
    return measureLists(vector, [type.keyType, type.valueType], count)
  }
  if (type instanceof DuckDBArrayType) {
    const { length, valueType } = type
    const items = measureVector(duckdb.array_vector_get_child(vector), valueType, count * length)
    return (start, end) => plainBytes * (end - start) + items(start * length, end * length)
  }
  if (type instanceof DuckDBStructType) return measureStruct(vector, type.entryTypes, count)
  // The first child of a UNION is its tag.
  if (type instanceof DuckDBUnionType) return measureStruct(vector, type.memberTypes, count, 1)
  if (type.typeId === DuckDBTypeId.VARIANT) return measureStruct(vector, variantParts, count)
  return (start, end) => plainBytes * (end - start)
}

/** Entries of 16 bytes that begin with the length. */
function measureStrings(vector: Vector, count: number, factor: number): Measure {
  const words = wordsOf(vector, count * stringEntryBytes)
  const isValid = validityOf(vector, count)
  return (start, end) => {
    let bytes = plainBytes * (end - start)
    for (let row = start; row < end; row++) if (isValid(row)) bytes += factor * (words[row * 4] ?? 0)
    return bytes
  }
}

function measureLists(vector: Vector, valueType: DuckDBType | readonly DuckDBType[], count: number): Measure {
  const entries = entriesOf(vector, count)
  const isValid = validityOf(vector, count)
  const child = duckdb.list_vector_get_child(vector)
  const size = duckdb.list_vector_get_size(vector)
  const items =
    'typeId' in valueType ? measureVector(child, valueType, size) : measureStruct(child, valueType, size)
  return (start, end) => {
    let bytes = plainBytes * (end - start)
    for (let row = start; row < end; row++) {
      if (!isValid(row)) continue
      const { start: first, length } = entries(row)
      bytes += items(first, first + length)
    }
    return bytes
  }
}

function measureStruct(vector: Vector, types: readonly DuckDBType[], count: number, first = 0): Measure {
  const fields = types.map((type, index) =>
    measureVector(duckdb.struct_vector_get_child(vector, first + index), type, count),
  )
  return (start, end) => fields.reduce((sum, field) => sum + field(start, end), plainBytes * (end - start))
}

/** True for the types whose values are all about as large. */
function isPlain(type: DuckDBType): boolean {
  const layout = layoutOf(type)
  return layout !== 'string' && layout !== 'nested'
}

function layoutOf(type: DuckDBType): TypeFacts['layout'] | undefined {
  const name = typeNameOf(type)
  return name && factsOf(name).layout
}
