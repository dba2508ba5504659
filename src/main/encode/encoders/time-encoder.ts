import { isDate } from 'node:util/types'
import type { ColumnTypeOf } from '../../../protocol/column-type.js'
import { describeValue } from '../../contract/describe-value.js'
import type { ScalarEncoder } from '../column-encoder.js'
import { type EncodeError, encodeError } from '../encode-error.js'
import { parseIsoTime } from '../iso-8601.js'
import { formatDate, timeOf } from '../own-slots.js'
import type { TextParser } from '../parsers/parse-problem.js'
import { parseClock } from '../parsers/parse-time.js'
import type { Segment } from '../segment.js'
import { storeInt64 } from './bigint-encoder.js'

/** What a type counts. */
interface Unit {
  readonly name: 'microseconds' | 'nanoseconds'
  readonly perMs: number
}

const units: Readonly<Record<'TIME' | 'TIME_NS', Unit>> = {
  TIME: { name: 'microseconds', perMs: 1e3 },
  TIME_NS: { name: 'nanoseconds', perMs: 1e6 },
}

const msPerDay = 86_400_000

/** TIME and TIME_NS: time since midnight, up to and including 24:00:00, as a signed integer of 8 bytes. */
export class TimeEncoder implements ScalarEncoder {
  readonly parse: TextParser = parseClock
  readonly #type: keyof typeof units
  #words: Int32Array = new Int32Array()
  #base = 0

  constructor({ name }: ColumnTypeOf<keyof typeof units>) {
    this.#type = name
  }

  attach(segment: Segment, valueOffset: number): void {
    this.#words = segment.int32
    this.#base = valueOffset >> 2
  }

  write(row: number, value: unknown): EncodeError | undefined {
    const { perMs } = units[this.#type]
    const count = this.#toCount(value)
    if (typeof count !== 'number') return count
    if (!(count >= 0 && count <= msPerDay * perMs)) {
      return encodeError('range', `expected a time from 00:00:00 to 24:00:00, got ${describeValue(value)}`)
    }
    storeInt64(this.#words, this.#base + row * 2, count)
    return undefined
  }

  #toCount(value: unknown): number | EncodeError {
    const { name, perMs } = units[this.#type]
    if (typeof value === 'bigint') return Number(value)
    if (isDate(value)) {
      const ms = timeOf(value)
      if (Number.isNaN(ms)) return encodeError('range', 'the Date is invalid')
      const isOnFirstDay = ms >= 0 && ms < msPerDay
      return isOnFirstDay
        ? ms * perMs
        : encodeError('range', `a ${this.#type} would lose the date of ${formatDate(value)}`)
    }
    if (typeof value !== 'string') {
      const expected = `a string HH:MM:SS, a Date on 1970-01-01 UTC, or ${name} as bigint`
      return encodeError('type', `expected ${expected}, got ${describeValue(value)}`)
    }
    const nanos = parseIsoTime(value)
    if (nanos === 'syntax')
      return encodeError('type', `expected a time as HH:MM:SS, got ${describeValue(value)}`)
    const nanosPerUnit = 1e6 / perMs
    if (nanos === 'fraction' || nanos % nanosPerUnit !== 0) {
      return encodeError('range', `a ${this.#type} has ${name}, got ${describeValue(value)}`)
    }
    return nanos / nanosPerUnit
  }
}
