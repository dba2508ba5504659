import { quoteLiteral } from './sql.js'

/**
 * The column types that can be written, under DuckDB's own names.
 *
 * @see https://duckdb.org/docs/stable/sql/data_types/overview
 */
export const columnTypeNames = [
  'BOOLEAN',
  'TINYINT',
  'SMALLINT',
  'INTEGER',
  'BIGINT',
  'UTINYINT',
  'USMALLINT',
  'UINTEGER',
  'UBIGINT',
  'HUGEINT',
  'UHUGEINT',
  'FLOAT',
  'DOUBLE',
  'DECIMAL',
  'VARCHAR',
  'JSON',
  'BLOB',
  'DATE',
  'TIME',
  'TIMESTAMP',
  'TIMESTAMP_S',
  'TIMESTAMP_MS',
  'TIMESTAMP_NS',
  'TIMESTAMPTZ',
  'INTERVAL',
  'UUID',
  'ENUM',
] as const

export type ColumnTypeName = (typeof columnTypeNames)[number]

/** A column type without parameters. */
export interface PlainColumnType {
  readonly name: Exclude<ColumnTypeName, 'DECIMAL' | 'ENUM'>
}

/** `DECIMAL(width, scale)`: `width` digits in all (1 to 38), `scale` of them (0 to `width`) after the point. */
export interface DecimalColumnType {
  readonly name: 'DECIMAL'
  readonly width: number
  readonly scale: number
}

/** `ENUM('a', 'b')`: a value is stored as its index in `members`. */
export interface EnumColumnType {
  readonly name: 'ENUM'
  readonly members: readonly string[]
}

export type ColumnType = PlainColumnType | DecimalColumnType | EnumColumnType

/** One writable column of a table, as both threads know it. */
export interface ColumnDescriptor {
  readonly name: string
  readonly type: ColumnType
  readonly notNull: boolean
  /** True where a row that does not carry the column gets the value of its DEFAULT, and not NULL. */
  readonly hasDefault: boolean
}

/** Bytes of a `duckdb_string_t`: 4 of length, then 12 inlined, or 4 of prefix and 8 of pointer. */
export const stringEntryBytes = 16

/** The longest string, in bytes, that a `duckdb_string_t` holds without a pointer. */
export const inlineStringBytes = 12

/** True for the types whose values are `duckdb_string_t` entries that may point into the heap of a batch. */
export function isStringType(type: ColumnType): boolean {
  return type.name === 'VARCHAR' || type.name === 'JSON' || type.name === 'BLOB'
}

/**
 * Bytes that one value takes in a DuckDB vector.
 *
 * @see https://duckdb.org/docs/stable/clients/c/vector
 */
export function valueBytes(type: ColumnType): number {
  switch (type.name) {
    case 'BOOLEAN':
    case 'TINYINT':
    case 'UTINYINT':
      return 1
    case 'SMALLINT':
    case 'USMALLINT':
      return 2
    case 'INTEGER':
    case 'UINTEGER':
    case 'FLOAT':
    case 'DATE':
      return 4
    case 'BIGINT':
    case 'UBIGINT':
    case 'DOUBLE':
    case 'TIME':
    case 'TIMESTAMP':
    case 'TIMESTAMP_S':
    case 'TIMESTAMP_MS':
    case 'TIMESTAMP_NS':
    case 'TIMESTAMPTZ':
      return 8
    case 'HUGEINT':
    case 'UHUGEINT':
    case 'INTERVAL':
    case 'UUID':
      return 16
    case 'VARCHAR':
    case 'JSON':
    case 'BLOB':
      return stringEntryBytes
    case 'DECIMAL':
      return decimalBytes(type.width)
    case 'ENUM':
      return enumIndexBytes(type.members.length)
  }
}

function decimalBytes(width: number): number {
  if (width <= 4) return 2
  if (width <= 9) return 4
  return width <= 18 ? 8 : 16
}

function enumIndexBytes(members: number): number {
  if (members <= 0xff) return 1
  return members <= 0xffff ? 2 : 4
}

/** The type as SQL that DuckDB reads back as the same type. */
export function formatColumnType(type: ColumnType): string {
  if (type.name === 'DECIMAL') return `DECIMAL(${type.width},${type.scale})`
  if (type.name === 'ENUM') return `ENUM(${type.members.map(quoteLiteral).join(', ')})`
  return type.name
}
