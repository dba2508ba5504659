import type { ColumnTypeOf } from '../../../protocol/column-type.js'
import { describeValue } from '../../contract/describe-value.js'
import type { ScalarEncoder } from '../column-encoder.js'
import { type EncodeError, encodeError } from '../encode-error.js'
import { parseDouble, parseFloat32 } from '../parsers/parse-float.js'
import type { TextParser } from '../parsers/parse-problem.js'
import type { Segment } from '../segment.js'

const maxFloat32 = 3.4028234663852886e38

/**
 * FLOAT and DOUBLE: IEEE 754, 4 and 8 bytes. NaN and the infinities are values like others.
 *
 * A FLOAT rounds to 24 bits of precision, as it is made to; a finite number that would become infinite is refused.
 */
export class FloatEncoder implements ScalarEncoder {
  readonly parse: TextParser
  readonly #bytes: 4 | 8
  #values: Float32Array | Float64Array = new Float64Array()
  #base = 0

  constructor({ name }: ColumnTypeOf<'FLOAT' | 'DOUBLE'>) {
    this.#bytes = name === 'FLOAT' ? 4 : 8
    this.parse = name === 'FLOAT' ? parseFloat32 : parseDouble
  }

  attach(segment: Segment, valueOffset: number): void {
    this.#values = this.#bytes === 4 ? segment.float32 : segment.float64
    this.#base = valueOffset / this.#bytes
  }

  write(row: number, value: unknown): EncodeError | undefined {
    let float: number
    if (typeof value === 'number') float = value
    else if (typeof value === 'bigint') {
      float = Number(value)
      if (!Number.isFinite(float) || BigInt(float) !== value) {
        return encodeError(
          'range',
          `expected a bigint that a double holds exactly, got ${describeValue(value)}`,
        )
      }
    } else return encodeError('type', `expected a number, got ${describeValue(value)}`)
    if (this.#bytes === 4 && !Number.isFinite(Math.fround(float)) && Number.isFinite(float)) {
      return encodeError(
        'range',
        `expected a number from ${-maxFloat32} to ${maxFloat32}, got ${describeValue(value)}`,
      )
    }
    this.#values[this.#base + row] = float
    return undefined
  }
}
