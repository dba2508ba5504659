import type { DuckDBType, DuckDBValue } from '@duckdb/node-api'

/** A value and the type that it is bound as. */
export type TypedValue = readonly [value: DuckDBValue, type: DuckDBType]
