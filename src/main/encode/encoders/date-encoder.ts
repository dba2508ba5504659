import { isDate } from 'node:util/types'
import { describeValue } from '../../contract/describe-value.js'
import type { ScalarEncoder } from '../column-encoder.js'
import { type EncodeError, encodeError } from '../encode-error.js'
import { parseIsoDateTime } from '../iso-8601.js'
import { formatDate, timeOf } from '../own-slots.js'
import type { TextParser } from '../parsers/parse-problem.js'
import { parseDate } from '../parsers/parse-time.js'
import type { Segment } from '../segment.js'

const msPerDay = 86_400_000
/** DuckDB's infinity; its negation is DuckDB's -infinity, and the finite dates lie between them. */
const infinityDays = 2 ** 31 - 1

/** DATE: days since 1970-01-01, as a signed integer of 4 bytes. */
export class DateEncoder implements ScalarEncoder {
  readonly parse: TextParser = parseDate
  #values: Int32Array = new Int32Array()
  #base = 0

  attach(segment: Segment, valueOffset: number): void {
    this.#values = segment.int32
    this.#base = valueOffset >> 2
  }

  write(row: number, value: unknown): EncodeError | undefined {
    const days = toDays(value)
    if (typeof days !== 'number') return days
    this.#values[this.#base + row] = days
    return undefined
  }
}

function toDays(value: unknown): number | EncodeError {
  if (isDate(value)) return fromDate(value)
  if (typeof value === 'string') return fromText(value)
  if (typeof value !== 'bigint') {
    const expected = 'a Date at midnight UTC, an ISO 8601 string, or days since 1970-01-01 as bigint'
    return encodeError('type', `expected ${expected}, got ${describeValue(value)}`)
  }
  const days = Number(value)
  return isFiniteDate(days) || Math.abs(days) === infinityDays ? days : outOfRange(value)
}

function fromDate(value: Date): number | EncodeError {
  const days = timeOf(value) / msPerDay
  if (Number.isInteger(days)) return days
  if (Number.isNaN(days)) return encodeError('range', 'the Date is invalid')
  return encodeError('range', `a DATE would lose the time of ${formatDate(value)}`)
}

function fromText(text: string): number | EncodeError {
  if (text === 'infinity') return infinityDays
  if (text === '-infinity') return -infinityDays
  const parsed = parseIsoDateTime(text)
  if (typeof parsed === 'string')
    return encodeError('type', `expected an ISO 8601 date, got ${describeValue(text)}`)
  if (parsed.nanos !== 0) return encodeError('range', `a DATE would lose the time of ${describeValue(text)}`)
  return isFiniteDate(parsed.days) ? parsed.days : outOfRange(text)
}

function isFiniteDate(days: number): boolean {
  return days > -infinityDays && days < infinityDays
}

function outOfRange(value: unknown): EncodeError {
  return encodeError(
    'range',
    `expected a date from -5877641-06-25 to +5881580-07-10, got ${describeValue(value)}`,
  )
}
