import { isAscii } from 'node:buffer'
import { inlineStringBytes, stringEntryBytes } from '../../../protocol/column-type.js'
import { decodeItems, type TextTally, type VectorDecoder } from '../vector-decoder.js'
import type { VectorPlace } from '../vector-source.js'
import { ShortTexts } from './short-texts.js'

export function decodeTexts(tally: TextTally): VectorDecoder {
  const shortTexts = new ShortTexts()
  return decodeItems((place) => openTexts(place, tally, shortTexts))
}

/** Reads strings, whose entries hold them or say where they are. @param shortTexts - Of the column. */
export function openTexts(
  place: VectorPlace,
  tally: TextTally,
  shortTexts: ShortTexts,
): (index: number) => string {
  const { bytes, buffer, data, count, heap, heapBytes } = place
  const words = new Uint32Array(buffer, data, 4 * count)
  // Which takes a third of the time.
  const encoding = isAscii(bytes.subarray(heap, heap + heapBytes)) ? 'latin1' : 'utf8'
  let entries: string | undefined
  return (index) => {
    const length = words[4 * index] as number
    tally.bytes += length
    if (length > inlineStringBytes) {
      const start = words[4 * index + 2] as number
      return bytes.toString(encoding, start, start + length)
    }
    if (!isAsciiEntry(words, index)) {
      const start = data + stringEntryBytes * index + 4
      return bytes.toString('utf8', start, start + length)
    }
    entries ??= bytes.toString('latin1', data, data + stringEntryBytes * count)
    return shortTexts.read(words, index, entries)
  }
}

/** Whether none of the 12 bytes of a short string has its highest bit set. */
function isAsciiEntry(words: Uint32Array, index: number): boolean {
  const word = 4 * index
  const bits = (words[word + 1] as number) | (words[word + 2] as number) | (words[word + 3] as number)
  return (bits & 0x80808080) === 0
}
