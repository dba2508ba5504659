import { DuckDBDecimalType, DuckDBEnumType, type DuckDBType, DuckDBTypeId } from '@duckdb/node-api'
import type { ColumnType, PlainColumnType } from '../../protocol/column-type.js'

const plainTypes: ReadonlyMap<DuckDBTypeId, PlainColumnType['name']> = new Map([
  [DuckDBTypeId.BOOLEAN, 'BOOLEAN'],
  [DuckDBTypeId.TINYINT, 'TINYINT'],
  [DuckDBTypeId.SMALLINT, 'SMALLINT'],
  [DuckDBTypeId.INTEGER, 'INTEGER'],
  [DuckDBTypeId.BIGINT, 'BIGINT'],
  [DuckDBTypeId.UTINYINT, 'UTINYINT'],
  [DuckDBTypeId.USMALLINT, 'USMALLINT'],
  [DuckDBTypeId.UINTEGER, 'UINTEGER'],
  [DuckDBTypeId.UBIGINT, 'UBIGINT'],
  [DuckDBTypeId.HUGEINT, 'HUGEINT'],
  [DuckDBTypeId.UHUGEINT, 'UHUGEINT'],
  [DuckDBTypeId.FLOAT, 'FLOAT'],
  [DuckDBTypeId.DOUBLE, 'DOUBLE'],
  [DuckDBTypeId.VARCHAR, 'VARCHAR'],
  [DuckDBTypeId.BLOB, 'BLOB'],
  [DuckDBTypeId.DATE, 'DATE'],
  [DuckDBTypeId.TIME, 'TIME'],
  [DuckDBTypeId.TIMESTAMP, 'TIMESTAMP'],
  [DuckDBTypeId.TIMESTAMP_S, 'TIMESTAMP_S'],
  [DuckDBTypeId.TIMESTAMP_MS, 'TIMESTAMP_MS'],
  [DuckDBTypeId.TIMESTAMP_NS, 'TIMESTAMP_NS'],
  [DuckDBTypeId.TIMESTAMP_TZ, 'TIMESTAMPTZ'],
  [DuckDBTypeId.INTERVAL, 'INTERVAL'],
  [DuckDBTypeId.UUID, 'UUID'],
])

/** The type of a column that can be written; undefined for others. */
export function toColumnType(type: DuckDBType): ColumnType | undefined {
  if (type.alias === 'JSON') return { name: 'JSON' }
  if (type instanceof DuckDBDecimalType) return { name: 'DECIMAL', width: type.width, scale: type.scale }
  if (type instanceof DuckDBEnumType) return { name: 'ENUM', members: type.values }
  const name = plainTypes.get(type.typeId)
  return name === undefined ? undefined : { name }
}
