import type { Vector } from '@duckdb/node-bindings'
import type { QueryValue } from '../../protocol/query-value.js'

/** The value at a position of a vector: plain, cloneable, and nothing of it lost. `docs/api.md` has the table. */
export type ReadAt = (index: number) => QueryValue

/** Looks at a vector of so many items, to read them one by one. */
export type VectorReader = (vector: Vector, count: number) => ReadAt
