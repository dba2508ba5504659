import type { ColumnTypeOf } from '../../../protocol/column-type.js'
import { describeValue } from '../../contract/describe-value.js'
import type { ScalarEncoder } from '../column-encoder.js'
import { type EncodeError, encodeError } from '../encode-error.js'
import { parseShortInteger, parseUnsigned } from '../parsers/parse-integer.js'
import type { TextParser } from '../parsers/parse-problem.js'
import type { Segment } from '../segment.js'
import { notANumber, notAnInteger } from './integer-encoder.js'

/** BIGINT and UBIGINT: 8 bytes, little-endian. */
export class BigintEncoder implements ScalarEncoder {
  readonly parse: TextParser
  readonly #min: bigint
  readonly #max: bigint
  readonly #isSigned: boolean
  #words: Int32Array = new Int32Array()
  #values: BigInt64Array = new BigInt64Array()
  #base = 0

  constructor({ name }: ColumnTypeOf<'BIGINT' | 'UBIGINT'>) {
    const isSigned = name === 'BIGINT'
    this.#isSigned = isSigned
    this.#min = isSigned ? -(2n ** 63n) : 0n
    this.#max = isSigned ? 2n ** 63n - 1n : 2n ** 64n - 1n
    this.parse = isSigned ? parseShortInteger : parseUnsigned
  }

  attach(segment: Segment, valueOffset: number): void {
    this.#words = segment.int32
    this.#values = segment.bigint64
    this.#base = valueOffset >> 3
  }

  write(row: number, value: unknown): EncodeError | undefined {
    if (typeof value === 'number') {
      if (!Number.isSafeInteger(value)) return notSafe(value, this.#min, this.#max)
      if (value < 0 && !this.#isSigned) return notAnInteger(value, this.#min, this.#max)
      storeInt64(this.#words, (this.#base + row) << 1, value)
      return undefined
    }
    if (typeof value !== 'bigint') return notANumber(value)
    if (value < this.#min || value > this.#max) return notAnInteger(value, this.#min, this.#max)
    this.#values[this.#base + row] = value
    return undefined
  }
}

/** Stores a safe integer as 64 bits, in two's complement, without making a bigint. */
export function storeInt64(words: Int32Array, index: number, value: number): void {
  words[index] = value | 0
  words[index + 1] = Math.floor(value / 4_294_967_296)
}

/** A number that is not a safe integer: a fraction, or so large that it may not be what the caller wrote. */
export function notSafe(value: number, min: bigint, max: bigint): EncodeError {
  if (!Number.isInteger(value)) return notAnInteger(value, min, max)
  return encodeError(
    'range',
    `expected a bigint above 2^53, where numbers are inexact, got ${describeValue(value)}`,
  )
}
