import { type EnumColumnType, valueBytes } from '../../../protocol/column-type.js'
import { describeValue } from '../../contract/describe-value.js'
import type { ScalarEncoder } from '../column-encoder.js'
import { type EncodeError, encodeError } from '../encode-error.js'
import type { Segment } from '../segment.js'

/** ENUM: the index of the member, as an unsigned integer of 1, 2 or 4 bytes. */
export class EnumEncoder implements ScalarEncoder {
  readonly #indexes: ReadonlyMap<string, number>
  readonly #bytes: number
  #values: Int8Array | Int16Array | Int32Array = new Int8Array()
  #base = 0

  constructor(type: EnumColumnType) {
    this.#indexes = new Map(type.members.map((member, index) => [member, index]))
    this.#bytes = valueBytes(type)
  }

  attach(segment: Segment, valueOffset: number): void {
    this.#values = this.#bytes === 1 ? segment.int8 : this.#bytes === 2 ? segment.int16 : segment.int32
    this.#base = valueOffset / this.#bytes
  }

  write(row: number, value: unknown): EncodeError | undefined {
    if (typeof value !== 'string')
      return encodeError('type', `expected a string, got ${describeValue(value)}`)
    const index = this.#indexes.get(value)
    if (index === undefined)
      return encodeError('range', `expected a member of the ENUM, got ${describeValue(value)}`)
    this.#values[this.#base + row] = index
    return undefined
  }
}
