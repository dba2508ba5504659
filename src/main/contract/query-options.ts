import type {
  BigintReading,
  QueryValue,
  Reading,
  ResultShape,
  TimestampReading,
} from '../../protocol/query-value.js'
import { checkNumber, checkType, ownOptions } from './check-option.js'
import { describeValue } from './describe-value.js'
import { checkSignal } from './persist-options.js'
import type { Signal } from './signal.js'

/** What values are read as: of a service by `open()`, of one call by `query()` or `stream()`. */
export interface ReadingOptions<
  Timestamps extends TimestampReading = TimestampReading,
  Bigints extends BigintReading = BigintReading,
> {
  /**
   * What DATE, TIMESTAMP, TIMESTAMP_S, TIMESTAMP_MS, TIMESTAMP_NS and TIMESTAMPTZ are read as, at every level.
   *
   * - `'date'`: a Date, to the millisecond: what is finer is cut off, towards the past, so that the order stays. A value
   *   that no Date holds, such as `infinity` or a year past 275,760, fails the query with `PERSIST_QUERY_FAILED`.
   * - `'string'`: ISO 8601, of the same form for all values of a type: `2024-02-29` of a DATE, else
   *   `2024-02-29T12:00:00.000001` with the digits of the type (none, 3, 6 or 9), `Z` at the end of a TIMESTAMPTZ;
   *   `infinity` and `-infinity`.
   * - `'bigint'`: DuckDB's count since 1970-01-01 in the unit of the type: days, seconds, milliseconds, microseconds or
   *   nanoseconds. The largest is infinity (2^31 - 1 of a DATE, else 2^63 - 1), and its negation -infinity.
   *
   * `persist()` takes all of them.
   *
   * @defaultValue `'date'`, and of a `query()` what the service was opened with
   */
  readonly timestamps?: Timestamps | undefined
  /**
   * What BIGINT, UBIGINT, HUGEINT, UHUGEINT and BIGNUM are read as, at every level; `count(*)` and `sum()` of integers
   * are of these types.
   *
   * - `'bigint'`: a bigint, which `JSON.stringify` refuses.
   * - `'number'`: a number. A value that is no safe integer fails the query with `PERSIST_QUERY_FAILED`.
   * - `'string'`: decimal digits.
   *
   * @defaultValue `'bigint'`, and of a `query()` what the service was opened with
   */
  readonly bigints?: Bigints | undefined
}

export interface QueryOptions<
  Timestamps extends TimestampReading = TimestampReading,
  Bigints extends BigintReading = BigintReading,
> extends ReadingOptions<Timestamps, Bigints> {
  /**
   * Gives up, whatever the call is doing or waiting for: it rejects with `PERSIST_ABORTED`, whose `cause` is the signal's
   * reason. What a statement has written by then stays. Any number of calls may share one.
   */
  readonly signal?: Signal | undefined
  /**
   * The same after so many milliseconds: of a `query()`, from the call on, its waiting for a turn included; of a
   * `stream()`, from when its first row is asked for until its last one is there.
   *
   * Minimum: 0.
   *
   * @defaultValue no limit
   */
  readonly timeoutMs?: number | undefined
}

/** Rows as arrays of their values, in the order of the columns: of two columns with one name, too. */
export interface RowsAsArrays {
  readonly rowMode: 'array'
}

/**
 * An array for each column by its name, instead of rows: a typed array for TINYINT to BIGINT, with U or without, FLOAT and
 * DOUBLE where no value is NULL (of BIGINT and UBIGINT where `bigints` is `'bigint'`), and else an array.
 */
export interface AsColumns {
  readonly columns: true
}

/** What `columns: true` makes of a result. */
export type QueryColumns<
  Timestamps extends TimestampReading = TimestampReading,
  Bigints extends BigintReading = BigintReading,
> = Record<string, QueryValue<Timestamps, Bigints>[] | NumberArray>

/** A column of numbers of which none is NULL. */
export type NumberArray =
  | Int8Array
  | Int16Array
  | Int32Array
  | BigInt64Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | BigUint64Array
  | Float32Array
  | Float64Array

/** When a call is to give up. */
export type CallLimits = Pick<QueryOptions, 'signal' | 'timeoutMs'>

const timestampReadings: readonly TimestampReading[] = ['date', 'string', 'bigint']
const bigintReadings: readonly BigintReading[] = ['bigint', 'number', 'string']

export const readingOptionNames: readonly string[] = ['timestamps', 'bigints']

const byDefault: Reading = { timestamps: 'date', bigints: 'bigint' }

interface ResolvedQueryOptions {
  readonly reading: Reading
  readonly limits: CallLimits
  readonly shape: ResultShape
}

/**
 * @param what - What they are the options of.
 * @param defaults - What holds where nothing is given.
 */
export function resolveQueryOptions(
  what: string,
  given: QueryOptions,
  defaults: Reading,
): ResolvedQueryOptions {
  const shapeNames = what === 'query()' ? ['rowMode', 'columns'] : ['rowMode']
  const names = [...readingOptionNames, 'signal', 'timeoutMs', ...shapeNames]
  const options: Partial<QueryOptions & ShapeOptions> = ownOptions(`the options of ${what}`, given, names)
  const { signal, timeoutMs } = options
  checkSignal(signal)
  checkNumber('timeoutMs', timeoutMs, 0, false)
  const reading = resolveReading(options, defaults)
  return Object.freeze({ reading, limits: { signal, timeoutMs }, shape: resolveShape(options) })
}

/** The options of both shapes, as they may be given. */
interface ShapeOptions {
  readonly rowMode?: 'object' | 'array' | undefined
  readonly columns?: boolean | undefined
}

function resolveShape({ rowMode, columns }: ShapeOptions): ResultShape {
  checkChoice('rowMode', rowMode, ['object', 'array'])
  checkType('columns', columns, 'boolean')
  if (columns !== true) return rowMode === 'array' ? 'arrays' : 'objects'
  if (rowMode === undefined) return 'columns'
  throw new TypeError('Expected `rowMode` or `columns`, got both')
}

/** The reading that checked options ask for. */
export function resolveReading(options: ReadingOptions, defaults: Reading = byDefault): Reading {
  return Object.freeze({
    timestamps: checkChoice('timestamps', options.timestamps, timestampReadings) ?? defaults.timestamps,
    bigints: checkChoice('bigints', options.bigints, bigintReadings) ?? defaults.bigints,
  })
}

function checkChoice<Choice extends string>(
  name: string,
  value: Choice | undefined,
  choices: readonly Choice[],
): Choice | undefined {
  if (value === undefined || choices.includes(value)) return value
  const expected = choices.map((choice) => `'${choice}'`).join(', ')
  throw new TypeError(`Expected \`${name}\` to be one of ${expected}, got ${describeValue(value)}`)
}
