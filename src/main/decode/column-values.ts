import type { QueryValue } from '../../protocol/query-value.js'
import type { NumberArray } from '../contract/query-options.js'
import type { VectorSource } from './vector-source.js'

/** The values of a column; numbers as a typed array where none is NULL. */
export type CollectedColumn = QueryValue[] | NumberArray

/** Collects the values of a column, step by step. */
export interface ColumnValues {
  /** @param source - Of its vectors, or its values. */
  take(source: VectorSource | readonly QueryValue[], rowCount: number): Iterable<unknown>
  finish(): Generator<unknown, CollectedColumn>
}
