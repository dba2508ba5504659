import type { LogicalType, Value } from '@duckdb/node-bindings'
import { duckdb } from '../instance/duckdb.js'

/** What DuckDB's cast makes of a value: it casts what becomes an item of a list. */
export function castValue(value: Value, type: LogicalType): Value {
  return duckdb.get_list_child(duckdb.create_list_value(type, [value]), 0)
}
