import { describeValue } from '../../contract/describe-value.js'
import type { ScalarEncoder } from '../column-encoder.js'
import { type EncodeError, encodeError } from '../encode-error.js'
import type { TextParser } from '../parsers/parse-problem.js'
import { parseUuid } from '../parsers/parse-uuid.js'
import type { Segment } from '../segment.js'

const uuidPattern = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i

/** UUID: a 128-bit integer, its highest bit flipped so that it sorts as the text does; the lower 8 bytes first. */
export class UuidEncoder implements ScalarEncoder {
  readonly parse: TextParser = parseUuid
  #words: Int32Array = new Int32Array()
  #base = 0

  attach(segment: Segment, valueOffset: number): void {
    this.#words = segment.int32
    this.#base = valueOffset >> 2
  }

  write(row: number, value: unknown): EncodeError | undefined {
    if (typeof value !== 'string' || !uuidPattern.test(value)) {
      const form = 'xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx'
      return encodeError('type', `expected a UUID as ${form}, got ${describeValue(value)}`)
    }
    const index = this.#base + row * 4
    this.#words[index + 3] = Number.parseInt(value.slice(0, 8), 16) ^ 0x8000_0000
    this.#words[index + 2] = Number.parseInt(value.slice(9, 13) + value.slice(14, 18), 16)
    this.#words[index + 1] = Number.parseInt(value.slice(19, 23) + value.slice(24, 28), 16)
    this.#words[index] = Number.parseInt(value.slice(28, 36), 16)
    return undefined
  }
}
