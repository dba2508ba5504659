import type { PlainColumnType } from '../../protocol/column-type.js'

/**
 * Other names that DuckDB has for the types that can be written: those that `duckdb_types()` knows, and those that only
 * its parser does.
 */
export const typeAliases = {
  BOOL: 'BOOLEAN',
  LOGICAL: 'BOOLEAN',
  INT1: 'TINYINT',
  INT2: 'SMALLINT',
  INT16: 'SMALLINT',
  SHORT: 'SMALLINT',
  INT: 'INTEGER',
  INT4: 'INTEGER',
  INT32: 'INTEGER',
  INTEGRAL: 'INTEGER',
  SIGNED: 'INTEGER',
  INT8: 'BIGINT',
  INT64: 'BIGINT',
  LONG: 'BIGINT',
  OID: 'BIGINT',
  INT128: 'HUGEINT',
  UINT8: 'UTINYINT',
  UINT16: 'USMALLINT',
  UINT32: 'UINTEGER',
  UINT64: 'UBIGINT',
  UINT128: 'UHUGEINT',
  FLOAT4: 'FLOAT',
  REAL: 'FLOAT',
  FLOAT8: 'DOUBLE',
  'DOUBLE PRECISION': 'DOUBLE',
  BPCHAR: 'VARCHAR',
  CHAR: 'VARCHAR',
  'CHAR VARYING': 'VARCHAR',
  CHARACTER: 'VARCHAR',
  'CHARACTER VARYING': 'VARCHAR',
  'NATIONAL CHAR': 'VARCHAR',
  'NATIONAL CHAR VARYING': 'VARCHAR',
  'NATIONAL CHARACTER': 'VARCHAR',
  'NATIONAL CHARACTER VARYING': 'VARCHAR',
  NCHAR: 'VARCHAR',
  'NCHAR VARYING': 'VARCHAR',
  NVARCHAR: 'VARCHAR',
  STRING: 'VARCHAR',
  TEXT: 'VARCHAR',
  BINARY: 'BLOB',
  BYTEA: 'BLOB',
  VARBINARY: 'BLOB',
  'TIME WITHOUT TIME ZONE': 'TIME',
  DATETIME: 'TIMESTAMP',
  TIMESTAMP_US: 'TIMESTAMP',
  'TIMESTAMP WITHOUT TIME ZONE': 'TIMESTAMP',
  'TIMESTAMP WITH TIME ZONE': 'TIMESTAMPTZ',
  GUID: 'UUID',
} as const

/** Types of DuckDB that no column to be written can have yet, by all of their names. */
export const unwritableTypes: ReadonlySet<string> = new Set([
  'ARRAY',
  'BIGNUM',
  'BIT',
  'BITSTRING',
  'GEOMETRY',
  'LIST',
  'MAP',
  'ROW',
  'STRUCT',
  'TIME WITH TIME ZONE',
  'TIMETZ',
  'TIME_NS',
  'TYPE',
  'UNION',
  'VARIANT',
  'VARINT',
])

/**
 * The type of `NAME(length)`: DuckDB keeps no length of a VARCHAR, and takes that of others for a choice of types.
 *
 * @param name - As it was written, for it may take a length where another name of the same type does not.
 */
export function typeOfLength(name: string, length: number): PlainColumnType['name'] | undefined {
  if (name === 'FLOAT') return length < 1 || length > 53 ? undefined : length <= 24 ? name : 'DOUBLE'
  const type = name === 'VARCHAR' || name === 'TIMESTAMP' ? name : aliasOf(name)
  if (type === 'VARCHAR') return type
  if (type !== 'TIMESTAMP' || length > 9) return undefined
  if (length === 0) return 'TIMESTAMP_S'
  if (length <= 3) return 'TIMESTAMP_MS'
  return length <= 6 ? type : 'TIMESTAMP_NS'
}

export function aliasOf(name: string): PlainColumnType['name'] | undefined {
  return Object.hasOwn(typeAliases, name) ? typeAliases[name as keyof typeof typeAliases] : undefined
}
