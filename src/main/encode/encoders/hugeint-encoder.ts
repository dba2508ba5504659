import type { ColumnTypeOf } from '../../../protocol/column-type.js'
import type { ScalarEncoder } from '../column-encoder.js'
import type { EncodeError } from '../encode-error.js'
import { parseInteger, parseUnsignedHugeint } from '../parsers/parse-integer.js'
import type { TextParser } from '../parsers/parse-problem.js'
import type { Segment } from '../segment.js'
import { notSafe } from './bigint-encoder.js'
import { notANumber, notAnInteger } from './integer-encoder.js'

/** HUGEINT and UHUGEINT: 16 bytes, the lower 8 first. */
export class HugeintEncoder implements ScalarEncoder {
  readonly parse: TextParser
  readonly #min: bigint
  readonly #max: bigint
  #values: BigInt64Array = new BigInt64Array()
  #base = 0

  constructor({ name }: ColumnTypeOf<'HUGEINT' | 'UHUGEINT'>) {
    const isSigned = name === 'HUGEINT'
    this.#min = isSigned ? -(2n ** 127n) : 0n
    this.#max = isSigned ? 2n ** 127n - 1n : 2n ** 128n - 1n
    this.parse = isSigned ? parseInteger : parseUnsignedHugeint
  }

  attach(segment: Segment, valueOffset: number): void {
    this.#values = segment.bigint64
    this.#base = valueOffset >> 3
  }

  write(row: number, value: unknown): EncodeError | undefined {
    if (typeof value === 'number') {
      if (!Number.isSafeInteger(value)) return notSafe(value, this.#min, this.#max)
    } else if (typeof value !== 'bigint') return notANumber(value)
    const integer = BigInt(value)
    if (integer < this.#min || integer > this.#max) return notAnInteger(value, this.#min, this.#max)
    storeInt128(this.#values, this.#base + row * 2, integer)
    return undefined
  }
}

/** Stores an integer of at most 128 bits in two's complement. */
export function storeInt128(words: BigInt64Array, index: number, value: bigint): void {
  words[index] = BigInt.asIntN(64, value)
  words[index + 1] = BigInt.asIntN(64, value >> 64n)
}
