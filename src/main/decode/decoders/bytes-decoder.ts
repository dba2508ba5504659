import { inlineStringBytes, stringEntryBytes } from '../../../protocol/column-type.js'
import { formatBits } from '../../../values/format-bits.js'
import { decodeItems, type TextTally, type VectorDecoder } from '../vector-decoder.js'
import type { VectorPlace } from '../vector-source.js'

/** BLOB and GEOMETRY as bytes of their own. */
export function decodeBytes(tally: TextTally): VectorDecoder {
  return decodeItems((place) => {
    const read = openBytes(place, tally)
    return (index) => new Uint8Array(read(index))
  })
}

export function decodeBits(tally: TextTally): VectorDecoder {
  return decodeItems((place) => {
    const read = openBytes(place, tally)
    return (index) => formatBits(read(index))
  })
}

/** Entries as of strings. */
function openBytes(place: VectorPlace, tally: TextTally): (index: number) => Uint8Array {
  const { bytes, buffer, data, count } = place
  const words = new Uint32Array(buffer, data, 4 * count)
  return (index) => {
    const length = words[4 * index] as number
    tally.bytes += length
    const isInline = length <= inlineStringBytes
    const start = isInline ? data + stringEntryBytes * index + 4 : (words[4 * index + 2] as number)
    return bytes.subarray(start, start + length)
  }
}
