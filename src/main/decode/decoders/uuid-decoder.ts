import { decodeItems, type VectorDecoder } from '../vector-decoder.js'

const digits = Buffer.from('0123456789abcdef')
const dash = 0x2d

/** The bytes before which there is a dash, from the first digits on. */
const dashBefore: ReadonlySet<number> = new Set([4, 6, 8, 10])

/** The text that is being made: as a sum of strings it would take several times the memory. */
const text = Buffer.alloc(36)

/** 16 bytes, the last digits first; the bit before all is flipped, so that they are in order as a HUGEINT. */
export function decodeUuids(): VectorDecoder {
  return decodeItems(({ bytes, data }) => (index) => {
    let position = 0
    for (let byte = 0; byte < 16; byte++) {
      const stored = bytes[data + 16 * index + 15 - byte] ?? 0
      const value = byte === 0 ? stored ^ 0x80 : stored
      if (dashBefore.has(byte)) text[position++] = dash
      text[position++] = digits[value >> 4] ?? 0
      text[position++] = digits[value & 15] ?? 0
    }
    return text.toString('latin1')
  })
}
