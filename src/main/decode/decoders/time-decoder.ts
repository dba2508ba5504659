import { formatTime } from '../../../values/format-time.js'
import { formatNanoTime, formatZonedTime } from '../../../values/format-time-text.js'
import { decodeItems, type VectorDecoder } from '../vector-decoder.js'

export function decodeTimes(): VectorDecoder {
  return decodeTicks((micros) => formatTime(micros * 1000n))
}

export function decodeNanoTimes(): VectorDecoder {
  return decodeTicks(formatNanoTime)
}

export function decodeZonedTimes(): VectorDecoder {
  return decodeTicks(formatZonedTime)
}

function decodeTicks(format: (ticks: bigint) => string): VectorDecoder {
  return decodeItems(({ buffer, data, count }) => {
    const ticks = new BigInt64Array(buffer, data, count)
    return (index) => format(ticks[index] as bigint)
  })
}
