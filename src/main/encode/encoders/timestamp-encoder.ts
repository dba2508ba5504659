import { isDate } from 'node:util/types'
import type { ColumnTypeName, ColumnTypeOf } from '../../../protocol/column-type.js'
import { describeValue } from '../../contract/describe-value.js'
import type { ScalarEncoder } from '../column-encoder.js'
import { type EncodeError, encodeError } from '../encode-error.js'
import { type IsoDateTime, nanosPerDay, parseIsoDateTime } from '../iso-8601.js'
import { formatDate, timeOf } from '../own-slots.js'
import type { TextParser } from '../parsers/parse-problem.js'
import { parseLocalTime, parseMoment } from '../parsers/parse-time.js'
import type { Segment } from '../segment.js'
import { storeInt64 } from './bigint-encoder.js'

/** DuckDB's infinity in every unit; its negation is DuckDB's -infinity. */
const infinity = 2n ** 63n - 1n

/** How a timestamp type counts time since 1970-01-01T00:00:00Z. */
interface Unit {
  readonly name: string
  readonly nanos: number
  /** The first and the last finite value, in this unit. */
  readonly min: bigint
  readonly max: bigint
  /** Counts up to here, positive or negative, are finite times and exact as numbers. */
  readonly safe: number
}

const safe = Number.MAX_SAFE_INTEGER

type TimestampTypeName = Extract<ColumnTypeName, `TIMESTAMP${string}`>

/** DuckDB's limits, as `test_all_types()` shows them. */
const units: Readonly<Record<TimestampTypeName, Unit>> = {
  TIMESTAMP_S: {
    name: 'seconds',
    nanos: 1e9,
    min: -9_223_372_022_400n,
    max: 9_223_372_036_854n,
    safe: 9_223_372_022_400,
  },
  TIMESTAMP_MS: {
    name: 'milliseconds',
    nanos: 1e6,
    min: -9_223_372_022_400_000n,
    max: 9_223_372_036_854_775n,
    safe,
  },
  TIMESTAMP: { name: 'microseconds', nanos: 1e3, min: -9_223_372_022_400_000_000n, max: infinity - 1n, safe },
  TIMESTAMPTZ: {
    name: 'microseconds',
    nanos: 1e3,
    min: -9_223_372_022_400_000_000n,
    max: infinity - 1n,
    safe,
  },
  TIMESTAMP_NS: { name: 'nanoseconds', nanos: 1, min: -9_223_286_400_000_000_000n, max: infinity - 1n, safe },
}

/** TIMESTAMP and its kin: time since 1970-01-01T00:00:00Z in the type's unit, as a signed integer of 8 bytes. */
export class TimestampEncoder implements ScalarEncoder {
  readonly parse: TextParser
  readonly #unit: Unit
  #words: Int32Array = new Int32Array()
  #values: BigInt64Array = new BigInt64Array()
  #base = 0

  constructor({ name }: ColumnTypeOf<TimestampTypeName>) {
    this.#unit = units[name]
    this.parse = name === 'TIMESTAMP_NS' || name === 'TIMESTAMPTZ' ? parseMoment : parseLocalTime
  }

  attach(segment: Segment, valueOffset: number): void {
    this.#words = segment.int32
    this.#values = segment.bigint64
    this.#base = valueOffset >> 3
  }

  write(row: number, value: unknown): EncodeError | undefined {
    if (isDate(value)) return this.#writeDate(row, value)
    if (typeof value === 'string') return this.#writeText(row, value)
    if (typeof value === 'bigint') return this.#writeBigint(row, value, value)
    const expected = `a Date, an ISO 8601 string, or ${this.#unit.name} since 1970-01-01 as bigint`
    return encodeError('type', `expected ${expected}, got ${describeValue(value)}`)
  }

  #writeDate(row: number, value: Date): EncodeError | undefined {
    const ms = timeOf(value)
    if (Number.isNaN(ms)) return encodeError('range', 'the Date is invalid')
    return this.#writeParts(row, { days: 0, nanos: 0 }, ms, value)
  }

  #writeText(row: number, text: string): EncodeError | undefined {
    if (text === 'infinity' || text === '-infinity') {
      this.#values[this.#base + row] = text === 'infinity' ? infinity : -infinity
      return undefined
    }
    const parsed = parseIsoDateTime(text)
    if (parsed === 'fraction') return this.#losesFraction(text)
    if (parsed === 'syntax')
      return encodeError('type', `expected an ISO 8601 time, got ${describeValue(text)}`)
    return this.#writeParts(row, parsed, 0, text)
  }

  /** Writes the sum of days, nanoseconds and milliseconds; in numbers as long as they are exact. */
  #writeParts(row: number, parts: IsoDateTime, ms: number, value: unknown): EncodeError | undefined {
    const { nanos: unitNanos } = this.#unit
    const msCount = unitNanos <= 1e6 ? ms * (1e6 / unitNanos) : ms / (unitNanos / 1e6)
    const whole = msCount + parts.days * (nanosPerDay / unitNanos)
    const rest = parts.nanos / unitNanos
    if (!Number.isInteger(rest)) return this.#losesFraction(value)
    const total = whole + rest
    if (Number.isSafeInteger(whole) && Number.isInteger(total) && Math.abs(total) <= this.#unit.safe) {
      storeInt64(this.#words, (this.#base + row) << 1, total)
      return undefined
    }
    const nanos = BigInt(ms) * 1_000_000n + BigInt(parts.days) * BigInt(nanosPerDay) + BigInt(parts.nanos)
    const unit = BigInt(unitNanos)
    return nanos % unit === 0n ? this.#writeBigint(row, nanos / unit, value) : this.#losesFraction(value)
  }

  #writeBigint(row: number, count: bigint, value: unknown): EncodeError | undefined {
    const { min, max, name } = this.#unit
    const isInfinite = count === infinity || count === -infinity
    if ((count < min || count > max) && !isInfinite) {
      const expected = `a time from ${min} to ${max} ${name} since 1970-01-01`
      return encodeError('range', `expected ${expected}, got ${describeValue(value)}`)
    }
    this.#values[this.#base + row] = count
    return undefined
  }

  #losesFraction(value: unknown): EncodeError {
    const got = isDate(value) ? formatDate(value) : describeValue(value)
    return encodeError('range', `expected whole ${this.#unit.name}, got ${got}`)
  }
}
