import { describeValue } from '../../contract/describe-value.js'
import type { ScalarEncoder } from '../column-encoder.js'
import { type EncodeError, encodeError } from '../encode-error.js'
import { parseZonedTime } from '../iso-8601.js'
import type { TextParser } from '../parsers/parse-problem.js'
import { parseClock } from '../parsers/parse-time.js'
import type { Segment } from '../segment.js'

/** The seconds of an offset are counted down from here. */
const mostOffsetSeconds = 16 * 60 * 60 - 1
const offsetBits = 24n

/**
 * TIMETZ: 40 bits of microseconds since midnight, and 24 of the offset from UTC.
 *
 * @see https://github.com/duckdb/duckdb/blob/main/src/include/duckdb/common/types/datetime.hpp
 */
export class ZonedTimeEncoder implements ScalarEncoder {
  readonly parse: TextParser = parseClock
  #values: BigInt64Array = new BigInt64Array()
  #base = 0

  attach(segment: Segment, valueOffset: number): void {
    this.#values = segment.bigint64
    this.#base = valueOffset >> 3
  }

  write(index: number, value: unknown): EncodeError | undefined {
    const parsed = typeof value === 'string' ? parseZonedTime(value) : 'syntax'
    if (parsed === 'syntax') {
      return encodeError('type', `expected a time as HH:MM:SS+HH:MM, got ${describeValue(value)}`)
    }
    if (parsed === 'fraction' || parsed.nanos % 1000 !== 0) {
      return encodeError('range', `a TIMETZ has microseconds, got ${describeValue(value)}`)
    }
    const { nanos, offsetSeconds } = parsed
    if (Math.abs(offsetSeconds) > mostOffsetSeconds) {
      return encodeError('range', `expected an offset of less than 16 hours, got ${describeValue(value)}`)
    }
    const micros = BigInt(nanos / 1000)
    this.#values[this.#base + index] = (micros << offsetBits) | BigInt(mostOffsetSeconds - offsetSeconds)
    return undefined
  }
}
