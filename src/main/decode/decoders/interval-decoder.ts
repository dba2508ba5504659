import { decodeItems, type VectorDecoder } from '../vector-decoder.js'

/** 4 bytes of months, 4 of days, 8 of microseconds. */
export function decodeIntervals(): VectorDecoder {
  return decodeItems(({ buffer, data, count }) => {
    const parts = new Int32Array(buffer, data, 4 * count)
    const micros = new BigInt64Array(buffer, data, 2 * count)
    return (index) => ({
      months: parts[4 * index] as number,
      days: parts[4 * index + 1] as number,
      micros: micros[2 * index + 1] as bigint,
    })
  })
}
