import { describeValue } from '../../contract/describe-value.js'
import { type EncodeError, encodeError } from '../encode-error.js'
import { parseBignum } from '../parsers/parse-integer.js'
import type { TextParser } from '../parsers/parse-problem.js'
import { notSafe } from './bigint-encoder.js'
import { notANumber } from './integer-encoder.js'
import { StringEncoder } from './text-encoder.js'

/** Its length has 23 bits; a text of it, as `query()` makes one, would be far shorter. */
const mostBytes = 2 ** 23 - 1
const headerBytes = 3

/** BIGNUM: an integer of any size. */
export class BignumEncoder extends StringEncoder {
  readonly parse: TextParser = parseBignum

  override write(index: number, value: unknown): EncodeError | undefined {
    if (typeof value === 'number') {
      if (!Number.isInteger(value)) {
        return encodeError('range', `expected an integer, got ${describeValue(value)}`)
      }
      if (!Number.isSafeInteger(value)) return notSafe(value, 0n, 0n)
    } else if (typeof value !== 'bigint') return notANumber(value)
    const packed = packInteger(BigInt(value))
    if (packed === undefined) {
      return encodeError('range', `expected an integer of at most ${mostBytes} bytes`)
    }
    return this.batch.writeBytes(this.segment, this.entryOffset(index), packed)
  }
}

/**
 * Three bytes that begin with a 1 and have the number of those that follow, the absolute value, highest byte first; of a
 * negative number all bits are turned around, so that values compare by their bytes.
 *
 * @see https://github.com/duckdb/duckdb/blob/main/src/common/types/bignum.cpp
 */
function packInteger(value: bigint): Uint8Array | undefined {
  const hex = (value < 0n ? -value : value).toString(16)
  const digits = hex.length % 2 === 0 ? hex : `0${hex}`
  const count = digits.length / 2
  if (count > mostBytes) return undefined
  const bytes = new Uint8Array(headerBytes + count)
  bytes[0] = 0x80 | (count >> 16)
  bytes[1] = count >> 8
  bytes[2] = count
  bytes.set(Buffer.from(digits, 'hex'), headerBytes)
  return value < 0n ? bytes.map((byte) => ~byte) : bytes
}
