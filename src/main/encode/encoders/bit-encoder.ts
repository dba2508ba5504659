import { describeValue } from '../../contract/describe-value.js'
import { type EncodeError, encodeError } from '../encode-error.js'
import { StringEncoder } from './text-encoder.js'

const zero = 0x30

/** BIT: a string of 0s and 1s, of any length but 0, which DuckDB has none of. */
export class BitEncoder extends StringEncoder {
  override write(row: number, value: unknown): EncodeError | undefined {
    if (value === '') return encodeError('range', `expected at least one bit, got ${describeValue(value)}`)
    const packed = typeof value === 'string' ? packBits(value) : undefined
    if (packed === undefined) {
      return encodeError('type', `expected a string of 0s and 1s, got ${describeValue(value)}`)
    }
    return this.batch.writeBytes(this.segment, this.entryOffset(row), packed)
  }
}

/**
 * Eight bits to a byte, the first bit highest, after a byte that says how many bits of padding they begin with. Those are
 * 1s: DuckDB compares values by their bytes.
 *
 * @see https://github.com/duckdb/duckdb/blob/main/src/common/types/bit.cpp
 */
function packBits(text: string): Uint8Array | undefined {
  const padding = -text.length & 7
  const bytes = new Uint8Array(1 + (text.length + padding) / 8)
  bytes[0] = padding
  let byte = (1 << padding) - 1
  let index = 0
  for (let next = 1; next < bytes.length; next++) {
    for (const end = 8 * next - padding; index < end; index++) {
      const bit = text.charCodeAt(index) - zero
      if (bit !== 0 && bit !== 1) return undefined
      byte = (byte << 1) | bit
    }
    // The array keeps the lowest eight bits of it.
    bytes[next] = byte
  }
  return bytes
}
