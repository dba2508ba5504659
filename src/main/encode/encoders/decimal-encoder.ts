import { type DecimalColumnType, valueBytes } from '../../../protocol/column-type.js'
import { describeValue } from '../../contract/describe-value.js'
import type { ScalarEncoder } from '../column-encoder.js'
import { type EncodeError, encodeError } from '../encode-error.js'
import { type DecimalProblem, parseDecimal } from '../parse-decimal.js'
import { parseExactDecimal } from '../parsers/parse-exact-decimal.js'
import type { TextParser } from '../parsers/parse-problem.js'
import type { Segment } from '../segment.js'
import { storeInt64 } from './bigint-encoder.js'
import { storeInt128 } from './hugeint-encoder.js'

/** Powers of ten up to here are doubles exactly. */
const largestExactPower = 22

/** DECIMAL(width, scale): the value times 10^scale, as an integer of 2, 4, 8 or 16 bytes. */
export class DecimalEncoder implements ScalarEncoder {
  readonly parse: TextParser = parseExactDecimal
  readonly #width: number
  readonly #scale: number
  readonly #bytes: number
  /** 10^scale, or NaN where a double does not hold it exactly. */
  readonly #factor: number
  readonly #limit: bigint
  readonly #limitNumber: number
  #int16: Int16Array = new Int16Array()
  #int32: Int32Array = new Int32Array()
  #int64: BigInt64Array = new BigInt64Array()
  #base = 0

  constructor(type: DecimalColumnType) {
    this.#width = type.width
    this.#scale = type.scale
    this.#bytes = valueBytes(type)
    this.#factor = type.scale <= largestExactPower ? 10 ** type.scale : Number.NaN
    this.#limit = 10n ** BigInt(type.width)
    this.#limitNumber = 10 ** type.width
  }

  attach(segment: Segment, valueOffset: number): void {
    this.#int16 = segment.int16
    this.#int32 = segment.int32
    this.#int64 = segment.bigint64
    this.#base = valueOffset / this.#bytes
  }

  write(row: number, value: unknown): EncodeError | undefined {
    if (typeof value === 'number') return this.#writeNumber(row, value)
    if (typeof value === 'bigint') {
      // Before it is multiplied, for it may have a million digits.
      if (value >= this.#limit || value <= -this.#limit) return this.#error('magnitude', value)
      const scaled = value * 10n ** BigInt(this.#scale)
      if (scaled >= this.#limit || scaled <= -this.#limit) return this.#error('magnitude', value)
      this.#store(row, scaled)
      return undefined
    }
    if (typeof value !== 'string') {
      return encodeError(
        'type',
        `expected a decimal as number, bigint or string, got ${describeValue(value)}`,
      )
    }
    return this.#writeText(row, value, value)
  }

  #writeNumber(row: number, value: number): EncodeError | undefined {
    // Division rounds correctly, so this holds exactly when `value` is the double nearest to scaled / 10^scale.
    const scaled = Math.round(value * this.#factor)
    if (Number.isSafeInteger(scaled) && scaled / this.#factor === value) {
      if (Math.abs(scaled) >= this.#limitNumber) return this.#error('magnitude', value)
      this.#storeNumber(row, scaled)
      return undefined
    }
    if (!Number.isFinite(value))
      return encodeError('range', `expected a finite number, got ${describeValue(value)}`)
    if (Number.isInteger(value) && !Number.isSafeInteger(value)) {
      const reason = 'expected a bigint or string above 2^53, where numbers are inexact'
      return encodeError('range', `${reason}, got ${describeValue(value)}`)
    }
    return this.#writeText(row, String(value), value)
  }

  #writeText(row: number, text: string, value: unknown): EncodeError | undefined {
    const scaled = parseDecimal(text, this.#width, this.#scale)
    if (typeof scaled === 'string') return this.#error(scaled, value)
    this.#store(row, scaled)
    return undefined
  }

  #store(row: number, scaled: bigint): void {
    if (this.#bytes === 16) storeInt128(this.#int64, (this.#base + row) * 2, scaled)
    else if (this.#bytes === 8) this.#int64[this.#base + row] = scaled
    else this.#storeNumber(row, Number(scaled))
  }

  #storeNumber(row: number, scaled: number): void {
    const index = this.#base + row
    if (this.#bytes === 2) this.#int16[index] = scaled
    else if (this.#bytes === 4) this.#int32[index] = scaled
    else if (this.#bytes === 8) storeInt64(this.#int32, index * 2, scaled)
    else storeInt128(this.#int64, index * 2, BigInt(scaled))
  }

  #error(problem: DecimalProblem, value: unknown): EncodeError {
    const got = describeValue(value)
    if (problem === 'syntax') return encodeError('type', `expected a decimal number, got ${got}`)
    if (problem === 'fraction')
      return encodeError('range', `expected at most ${this.#scale} fraction digits, got ${got}`)
    return encodeError(
      'range',
      `expected at most ${this.#width - this.#scale} digits before the point, got ${got}`,
    )
  }
}
