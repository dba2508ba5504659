import { describeValue } from '../../contract/describe-value.js'
import type { ColumnEncoder } from '../column-encoder.js'
import { type EncodeError, encodeError } from '../encode-error.js'
import type { Segment } from '../segment.js'

/** BOOLEAN: one byte, 0 or 1. */
export class BooleanEncoder implements ColumnEncoder {
  #values: Int8Array = new Int8Array()
  #base = 0

  attach(segment: Segment, valueOffset: number): void {
    this.#values = segment.int8
    this.#base = valueOffset
  }

  write(row: number, value: unknown): EncodeError | undefined {
    if (typeof value !== 'boolean')
      return encodeError('type', `expected a boolean, got ${describeValue(value)}`)
    this.#values[this.#base + row] = value ? 1 : 0
    return undefined
  }
}
