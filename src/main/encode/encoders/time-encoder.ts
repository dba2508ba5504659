import { isDate } from 'node:util/types'
import { describeValue } from '../../contract/describe-value.js'
import type { Batch } from '../batch.js'
import type { ColumnEncoder } from '../column-encoder.js'
import { type EncodeError, encodeError } from '../encode-error.js'
import { parseIsoTime } from '../iso-8601.js'
import { formatDate, timeOf } from '../own-slots.js'
import { storeInt64 } from './bigint-encoder.js'

const microsPerDay = 86_400_000_000

/** TIME: microseconds since midnight, up to and including 24:00:00, as a signed integer of 8 bytes. */
export class TimeEncoder implements ColumnEncoder {
  #words: Int32Array = new Int32Array()
  #base = 0

  attach(batch: Batch, valueOffset: number): void {
    this.#words = batch.int32
    this.#base = valueOffset >> 2
  }

  write(row: number, value: unknown): EncodeError | undefined {
    const micros = toMicros(value)
    if (typeof micros !== 'number') return micros
    if (!(micros >= 0 && micros <= microsPerDay)) {
      return encodeError('range', `expected a time from 00:00:00 to 24:00:00, got ${describeValue(value)}`)
    }
    storeInt64(this.#words, this.#base + row * 2, micros)
    return undefined
  }
}

function toMicros(value: unknown): number | EncodeError {
  if (typeof value === 'bigint') return Number(value)
  if (isDate(value)) {
    const ms = timeOf(value)
    if (Number.isNaN(ms)) return encodeError('range', 'the Date is invalid')
    const isOnFirstDay = ms >= 0 && ms * 1000 < microsPerDay
    return isOnFirstDay
      ? ms * 1000
      : encodeError('range', `a TIME would lose the date of ${formatDate(value)}`)
  }
  if (typeof value !== 'string') {
    const expected = 'a string HH:MM:SS, a Date on 1970-01-01 UTC, or microseconds as bigint'
    return encodeError('type', `expected ${expected}, got ${describeValue(value)}`)
  }
  const nanos = parseIsoTime(value)
  if (nanos === 'syntax')
    return encodeError('type', `expected a time as HH:MM:SS, got ${describeValue(value)}`)
  if (nanos === 'fraction' || nanos % 1000 !== 0) {
    return encodeError('range', `a TIME has microseconds, got ${describeValue(value)}`)
  }
  return nanos / 1000
}
