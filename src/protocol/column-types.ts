/** What is known of a type without looking at its values. */
export interface TypeFacts {
  /** DuckDB's number of the type; its alias, where it is another type by an alias. */
  readonly id: number | string
  /**
   * How a value lies in a vector: in so many bytes; as a string's entry, which may point into a heap; as the parameters
   * of the type say; with values inside of it. `'none'` where no column is of the type.
   */
  readonly layout: number | 'string' | 'decimal' | 'enum' | 'nested' | 'none'
  /** Other names: those that `duckdb_types()` knows, and those that only DuckDB's parser does. */
  readonly aliases: readonly string[]
  /** True where DuckDB takes a length in brackets and forgets it, as in `VARCHAR(10)`. */
  readonly ignoresLength?: true
}

/** The same of a type that can be written. */
export interface ColumnTypeFacts extends TypeFacts {
  /** What its columns take, as a name in the interface `TakenValues` of main, by which rows are typed. */
  readonly takes: string
  /** What its values are read as, as a name in the interface `ReadValues` of main, by which rows are typed. */
  readonly reads: string
}

/**
 * The types that can be written, by DuckDB's own names. Names in SQL, sizes, the types of rows and the reading of
 * results derive from here. The compiler asks for an encoder of each in `scalar-encoders.ts`, for a decoder in
 * `create-vector-decoder.ts`, and for a reader in `item-reader.ts`.
 *
 * @see https://duckdb.org/docs/stable/sql/data_types/overview
 * @see https://github.com/duckdb/duckdb/blob/main/src/include/duckdb.h for the ids, as `duckdb_type`
 */
export const columnTypes = {
  BOOLEAN: { id: 1, layout: 1, takes: 'boolean', reads: 'boolean', aliases: ['BOOL', 'LOGICAL'] },
  TINYINT: { id: 2, layout: 1, takes: 'number', reads: 'number', aliases: ['INT1'] },
  SMALLINT: { id: 3, layout: 2, takes: 'number', reads: 'number', aliases: ['INT2', 'INT16', 'SHORT'] },
  INTEGER: {
    id: 4,
    layout: 4,
    takes: 'number',
    reads: 'number',
    aliases: ['INT', 'INT4', 'INT32', 'INTEGRAL', 'SIGNED'],
  },
  BIGINT: { id: 5, layout: 8, takes: 'number', reads: 'bigint', aliases: ['INT8', 'INT64', 'LONG', 'OID'] },
  UTINYINT: { id: 6, layout: 1, takes: 'number', reads: 'number', aliases: ['UINT8'] },
  USMALLINT: { id: 7, layout: 2, takes: 'number', reads: 'number', aliases: ['UINT16'] },
  UINTEGER: { id: 8, layout: 4, takes: 'number', reads: 'number', aliases: ['UINT32'] },
  UBIGINT: { id: 9, layout: 8, takes: 'number', reads: 'bigint', aliases: ['UINT64'] },
  HUGEINT: { id: 16, layout: 16, takes: 'number', reads: 'bigint', aliases: ['INT128'] },
  UHUGEINT: { id: 32, layout: 16, takes: 'number', reads: 'bigint', aliases: ['UINT128'] },
  FLOAT: { id: 10, layout: 4, takes: 'number', reads: 'number', aliases: ['FLOAT4', 'REAL'] },
  DOUBLE: { id: 11, layout: 8, takes: 'number', reads: 'number', aliases: ['FLOAT8', 'DOUBLE PRECISION'] },
  DECIMAL: { id: 19, layout: 'decimal', takes: 'decimal', reads: 'string', aliases: ['NUMERIC', 'DEC'] },
  VARCHAR: {
    id: 17,
    layout: 'string',
    takes: 'string',
    reads: 'string',
    ignoresLength: true,
    aliases: [
      'BPCHAR',
      'CHAR',
      'CHAR VARYING',
      'CHARACTER',
      'CHARACTER VARYING',
      'NATIONAL CHAR',
      'NATIONAL CHAR VARYING',
      'NATIONAL CHARACTER',
      'NATIONAL CHARACTER VARYING',
      'NCHAR',
      'NCHAR VARYING',
      'NVARCHAR',
      'STRING',
      'TEXT',
    ],
  },
  JSON: { id: 'JSON', layout: 'string', takes: 'json', reads: 'json', aliases: [] },
  BLOB: {
    id: 18,
    layout: 'string',
    takes: 'bytes',
    reads: 'bytes',
    aliases: ['BINARY', 'BYTEA', 'VARBINARY'],
  },
  BIT: {
    id: 29,
    layout: 'string',
    takes: 'string',
    reads: 'string',
    ignoresLength: true,
    aliases: ['BITSTRING'],
  },
  DATE: { id: 13, layout: 4, takes: 'time', reads: 'date', aliases: [] },
  TIME: { id: 14, layout: 8, takes: 'time', reads: 'string', aliases: ['TIME WITHOUT TIME ZONE'] },
  TIMESTAMP: {
    id: 12,
    layout: 8,
    takes: 'time',
    reads: 'date',
    aliases: ['DATETIME', 'TIMESTAMP_US', 'TIMESTAMP WITHOUT TIME ZONE'],
  },
  TIMESTAMP_S: { id: 20, layout: 8, takes: 'time', reads: 'date', aliases: [] },
  TIMESTAMP_MS: { id: 21, layout: 8, takes: 'time', reads: 'date', aliases: [] },
  TIMESTAMP_NS: { id: 22, layout: 8, takes: 'time', reads: 'date', aliases: [] },
  TIMESTAMPTZ: { id: 31, layout: 8, takes: 'time', reads: 'date', aliases: ['TIMESTAMP WITH TIME ZONE'] },
  INTERVAL: { id: 15, layout: 16, takes: 'interval', reads: 'interval', aliases: [] },
  UUID: { id: 27, layout: 16, takes: 'string', reads: 'string', aliases: ['GUID'] },
  ENUM: { id: 23, layout: 'enum', takes: 'member', reads: 'member', aliases: [] },
  BIGNUM: { id: 35, layout: 'string', takes: 'number', reads: 'bigint', aliases: ['VARINT'] },
  TIMETZ: { id: 30, layout: 8, takes: 'string', reads: 'string', aliases: ['TIME WITH TIME ZONE'] },
  TIME_NS: { id: 39, layout: 8, takes: 'time', reads: 'string', aliases: [] },
  LIST: { id: 24, layout: 'nested', takes: 'nested', reads: 'nested', aliases: [] },
  ARRAY: { id: 33, layout: 'nested', takes: 'nested', reads: 'nested', aliases: [] },
  STRUCT: { id: 25, layout: 'nested', takes: 'nested', reads: 'nested', aliases: ['ROW'] },
  MAP: { id: 26, layout: 'nested', takes: 'nested', reads: 'nested', aliases: [] },
  UNION: { id: 28, layout: 'nested', takes: 'nested', reads: 'nested', aliases: [] },
} as const

/** Types of DuckDB whose values the bindings cannot write. A line that moves up from here needs an encoder. */
export const unwritableTypes = {
  GEOMETRY: { id: 40, layout: 'string', aliases: [] },
  VARIANT: { id: 41, layout: 'nested', aliases: [] },
  TYPE: { id: 0, layout: 'none', aliases: [] },
} as const
