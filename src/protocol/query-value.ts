/**
 * What a statement's parameter can be: arrays and typed arrays for LIST and ARRAY, plain objects for STRUCT, Maps and plain
 * objects for MAP, each of them also as JSON. A Uint8Array is a BLOB where its place is for no LIST or ARRAY.
 */
export type QueryParameter =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | Uint8Array
  | TypedNumbers
  | readonly QueryParameter[]
  | ReadonlyMap<QueryParameter, QueryParameter>
  | { readonly [name: string]: QueryParameter | undefined }

/** Typed arrays that are always a LIST or an ARRAY. */
export type TypedNumbers =
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8ClampedArray
  | Uint16Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array
  | Float32Array
  | Float64Array

/** What DATE, TIMESTAMP of every precision and TIMESTAMPTZ are read as. */
export type TimestampReading = 'date' | 'string' | 'bigint'

/** What BIGINT, UBIGINT, HUGEINT, UHUGEINT and BIGNUM are read as. */
export type BigintReading = 'bigint' | 'number' | 'string'

/** What the values of a result are read as, where a type leaves the choice. */
export interface Reading {
  readonly timestamps: TimestampReading
  readonly bigints: BigintReading
}

/** What a result is made into: rows as objects or as arrays, or an array for each column. */
export type ResultShape = 'objects' | 'arrays' | 'columns'

/** What every value can be read as. */
export const exactReading: Reading = { timestamps: 'string', bigints: 'bigint' }

/**
 * What a value read from the database can be. `docs/api.md` has the table of conversions.
 *
 * @typeParam Timestamps - The option `timestamps` of the query; all of them where it is not known.
 * @typeParam Bigints - The same, of the option `bigints`.
 */
export type QueryValue<
  Timestamps extends TimestampReading = TimestampReading,
  Bigints extends BigintReading = BigintReading,
> =
  | null
  | boolean
  | number
  | string
  | Uint8Array
  | (Timestamps extends 'date' ? Date : never)
  | (Timestamps extends 'bigint' ? bigint : never)
  | (Bigints extends 'bigint' ? bigint : never)
  // An INTERVAL, whatever the options.
  | { readonly months: number; readonly days: number; readonly micros: bigint }
  | readonly QueryValue<Timestamps, Bigints>[]
  | { readonly [key: string]: QueryValue<Timestamps, Bigints> }

/** A row that is read: its columns by their names, a name that is there already with a number (`id`, `id:1`). */
export type QueryRow<
  Timestamps extends TimestampReading = TimestampReading,
  Bigints extends BigintReading = BigintReading,
> = Record<string, QueryValue<Timestamps, Bigints>>
