import { describeValue } from '../../contract/describe-value.js'
import type { ScalarEncoder } from '../column-encoder.js'
import { type EncodeError, encodeError } from '../encode-error.js'
import { parseBoolean } from '../parsers/parse-boolean.js'
import type { TextParser } from '../parsers/parse-problem.js'
import type { Segment } from '../segment.js'

/** BOOLEAN: one byte, 0 or 1. */
export class BooleanEncoder implements ScalarEncoder {
  readonly parse: TextParser = parseBoolean
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
