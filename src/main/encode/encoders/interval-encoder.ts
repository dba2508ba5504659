import { describeValue } from '../../contract/describe-value.js'
import type { ScalarEncoder } from '../column-encoder.js'
import { type EncodeError, encodeError } from '../encode-error.js'
import { type IntervalParts, parseInterval } from '../parse-interval.js'
import { parseIntervalText } from '../parsers/parse-interval-text.js'
import type { TextParser } from '../parsers/parse-problem.js'
import type { Segment } from '../segment.js'

const partNames: readonly string[] = ['months', 'days', 'micros']

/** INTERVAL: months and days as signed integers of 4 bytes each, then microseconds as one of 8. */
export class IntervalEncoder implements ScalarEncoder {
  readonly parse: TextParser = parseIntervalText
  #words: Int32Array = new Int32Array()
  #values: BigInt64Array = new BigInt64Array()
  #base = 0

  attach(segment: Segment, valueOffset: number): void {
    this.#words = segment.int32
    this.#values = segment.bigint64
    this.#base = valueOffset >> 3
  }

  write(row: number, value: unknown): EncodeError | undefined {
    const parts = toParts(value)
    if (isEncodeError(parts)) return parts
    const { months, days, micros } = parts
    if (!isIntN(32, months) || !isIntN(32, days) || !isIntN(64, micros)) {
      return encodeError('range', 'expected months and days of 32 bits and microseconds of 64 bits')
    }
    const index = this.#base + row * 2
    this.#words[index * 2] = Number(months)
    this.#words[index * 2 + 1] = Number(days)
    this.#values[index + 1] = micros
    return undefined
  }
}

function toParts(value: unknown): IntervalParts | EncodeError {
  if (typeof value === 'bigint') return { months: 0n, days: 0n, micros: value }
  if (typeof value === 'string') {
    const parts = parseInterval(value)
    if (parts === 'syntax')
      return encodeError('type', `expected an ISO 8601 duration, got ${describeValue(value)}`)
    if (parts === 'fraction')
      return encodeError('range', `an INTERVAL has microseconds, got ${describeValue(value)}`)
    return parts
  }
  if (typeof value !== 'object' || value === null) {
    const expected = '{ months, days, micros }, an ISO 8601 duration, or microseconds as bigint'
    return encodeError('type', `expected ${expected}, got ${describeValue(value)}`)
  }
  const names = Object.keys(value)
  const unknown = names.find((name) => !partNames.includes(name))
  if (unknown !== undefined || names.length === 0) {
    return encodeError('type', `expected { months, days, micros }, got ${describeValue(value)}`)
  }
  // Without what every object inherits.
  const { months = 0, days = 0, micros = 0 }: Record<string, unknown> = { __proto__: null, ...value }
  if (!isInteger(months) || !isInteger(days) || !isInteger(micros)) {
    return encodeError('range', 'expected months, days and micros as integers')
  }
  return { months: BigInt(months), days: BigInt(days), micros: BigInt(micros) }
}

function isEncodeError(parts: IntervalParts | EncodeError): parts is EncodeError {
  return Object.hasOwn(parts, 'code')
}

function isInteger(value: unknown): value is number | bigint {
  return typeof value === 'bigint' || Number.isSafeInteger(value)
}

function isIntN(bits: number, value: bigint): boolean {
  return BigInt.asIntN(bits, value) === value
}
