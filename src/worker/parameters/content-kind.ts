import { type DuckDBType, DuckDBTypeId } from '@duckdb/node-api'
import { type CopiedParameter, isNested } from '../../protocol/copied-parameter.js'

/** What a value is where a type is wanted. */
export type ContentKind =
  | 'boolean'
  | 'number'
  | 'string'
  | 'Date'
  | 'Uint8Array'
  | 'array'
  | 'object'
  | 'Map'
  | 'UNION'
  | 'INTERVAL'
  | 'JSON'

export function kindOf(value: NonNullable<CopiedParameter>, wanted: DuckDBType | undefined): ContentKind {
  if (isJson(wanted)) return 'JSON'
  if (typeof value === 'boolean') return 'boolean'
  if (typeof value === 'string') return 'string'
  if (typeof value !== 'object') return 'number'
  if (value instanceof Date) return 'Date'
  if (!isNested(value)) return isList(wanted) ? 'array' : 'Uint8Array'
  if (value.kind === 'map') return 'Map'
  const wantedId = wanted?.typeId
  // Where it is read, a MAP is an array of its entries.
  if (wantedId === DuckDBTypeId.MAP) return 'Map'
  if (value.kind !== 'struct') return 'array'
  if (wantedId === DuckDBTypeId.UNION) return 'UNION'
  return wantedId === DuckDBTypeId.INTERVAL ? 'INTERVAL' : 'object'
}

/** JSON is VARCHAR to DuckDB, by another name. */
export function isJson(wanted: DuckDBType | undefined): boolean {
  return wanted?.typeId === DuckDBTypeId.VARCHAR && wanted.alias === 'JSON'
}

function isList(wanted: DuckDBType | undefined): boolean {
  return wanted?.typeId === DuckDBTypeId.LIST || wanted?.typeId === DuckDBTypeId.ARRAY
}
