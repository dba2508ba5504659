import { type ColumnTypeOf, valueBytes } from '../../../protocol/column-type.js'
import { describeValue } from '../../contract/describe-value.js'
import type { ScalarEncoder } from '../column-encoder.js'
import { type EncodeError, encodeError } from '../encode-error.js'
import { parseShortInteger, parseUnsigned } from '../parsers/parse-integer.js'
import type { TextParser } from '../parsers/parse-problem.js'
import type { Segment } from '../segment.js'

/** TINYINT to INTEGER, and their unsigned kin: little-endian, two's complement. */
export class IntegerEncoder implements ScalarEncoder {
  readonly parse: TextParser
  readonly #bytes: number
  readonly #min: number
  readonly #max: number
  #values: Int8Array | Int16Array | Int32Array = new Int8Array()
  #base = 0

  constructor(type: ColumnTypeOf<`${'' | 'U'}${'TINYINT' | 'SMALLINT' | 'INTEGER'}`>) {
    this.#bytes = valueBytes(type)
    const values = 2 ** (8 * this.#bytes)
    const isSigned = !type.name.startsWith('U')
    this.#min = isSigned ? -values / 2 : 0
    this.#max = isSigned ? values / 2 - 1 : values - 1
    this.parse = isSigned ? parseShortInteger : parseUnsigned
  }

  attach(segment: Segment, valueOffset: number): void {
    this.#values = this.#bytes === 1 ? segment.int8 : this.#bytes === 2 ? segment.int16 : segment.int32
    this.#base = valueOffset / this.#bytes
  }

  write(row: number, value: unknown): EncodeError | undefined {
    if (typeof value === 'number') {
      if (value >= this.#min && value <= this.#max && Math.floor(value) === value) {
        this.#values[this.#base + row] = value
        return undefined
      }
      return notAnInteger(value, this.#min, this.#max)
    }
    if (typeof value === 'bigint') {
      if (value < this.#min || value > this.#max) return notAnInteger(value, this.#min, this.#max)
      this.#values[this.#base + row] = Number(value)
      return undefined
    }
    return notANumber(value)
  }
}

export function notANumber(value: unknown): EncodeError {
  return encodeError('type', `expected an integer as number or bigint, got ${describeValue(value)}`)
}

export function notAnInteger(value: unknown, min: number | bigint, max: number | bigint): EncodeError {
  return encodeError('range', `expected an integer from ${min} to ${max}, got ${describeValue(value)}`)
}
