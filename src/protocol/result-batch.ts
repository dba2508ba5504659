import type { DecimalColumnType, EnumColumnType, ItemTypeName, ParametricColumnType } from './column-type.js'
import type { NumberVectorName } from './number-vector.js'
import type { QueryValue } from './query-value.js'

/** The types without levels and parameters whose vectors cross as they are. */
export type PlainVectorName = Exclude<ItemTypeName, ParametricColumnType['name'] | 'BIGNUM'>

/** How values of a type cross: as the memory of a vector and of those inside of it, or as values. */
export type VectorEncoding =
  | { readonly name: PlainVectorName }
  | DecimalColumnType
  | EnumColumnType
  | { readonly name: 'LIST'; readonly item: VectorEncoding }
  | { readonly name: 'ARRAY'; readonly item: VectorEncoding; readonly length: number }
  /** Fields without any name are those of an array. */
  | { readonly name: 'STRUCT'; readonly names: readonly string[]; readonly fields: readonly VectorEncoding[] }
  | { readonly name: 'MAP'; readonly key: VectorEncoding; readonly value: VectorEncoding }
  | { readonly name: 'UNION'; readonly tags: readonly string[]; readonly members: readonly VectorEncoding[] }
  /** Of nothing but NULL: there is no vector. */
  | { readonly name: 'NULL' }

/** A column of a result, as main has to know it. */
export interface ResultColumn {
  /** As in the row: no two are the same. */
  readonly name: string
  /** DuckDB's name of the type. */
  readonly type: string
  /** Absent where the worker reads the values. */
  readonly encoding?: VectorEncoding
  /** What its numbers are, where they come at the end, all at once: there is no vector of theirs in the batches. */
  readonly collected?: NumberVectorName
}

/**
 * Rows of a result. All memory lies in one buffer, each part of it at a multiple of 8 bytes:
 *
 * ```text
 * data      the values of a vector, in DuckDB's layout: https://duckdb.org/docs/stable/clients/c/vector
 *           strings: entries of 16 bytes. A string of more than 12 bytes has its offset in the buffer where DuckDB has a
 *           pointer; one that is NULL is empty.
 *           LIST, MAP: entries of 16 bytes; the offset is one in the child that follows.
 *           UNION: the tags, of one byte
 * validity  a bit per value, 1 where it is not NULL
 * heap      of strings of more than 12 bytes
 * ```
 */
export interface ResultBatch {
  readonly buffer: ArrayBuffer
  readonly pieces: readonly ResultPiece[]
  /** True when this batch is the last one, and the cursor is gone. */
  readonly isLast: boolean
  /** True where a value is nested so deeply that the batch is packed. */
  readonly isDeep: boolean
  /** Of each column that is collected, in their order, with the last batch. */
  readonly collected?: readonly CollectedNumbers[]
}

/** All numbers of a column. */
export interface CollectedNumbers {
  /** In DuckDB's layout; nothing else is in it. */
  readonly numbers: ArrayBuffer
  /** A bit per value, 1 where it is not NULL; absent where nothing is NULL. */
  readonly validity?: ArrayBuffer
}

/** Rows whose vectors lie together. */
export interface ResultPiece {
  readonly rowCount: number
  /**
   * Where the vectors are: five numbers for each, those of a column before those of the next, and a vector before those
   * inside of it.
   */
  readonly vectors: readonly number[]
  /** Of each column that the worker reads, in their order. */
  readonly values: readonly (readonly QueryValue[])[]
}

/**
 * A vector is described by five numbers: how many values it has; the offsets of data, validity and heap, -1 for what is
 * not there; the bytes of the heap.
 */
export const vectorNumbers = 5

/** The batch after the last one. */
export function noBatch(): ResultBatch {
  return { buffer: new ArrayBuffer(0), pieces: [], isLast: true, isDeep: false }
}
