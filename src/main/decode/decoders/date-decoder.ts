import {
  convertDate,
  convertTimestamp,
  convertTimestampNumber,
  type TimestampTypeName,
  timeUnits,
} from '../../../values/convert-time.js'
import type { ValueContext } from '../../../values/value-context.js'
import { decodeItems, type VectorDecoder } from '../vector-decoder.js'

export function decodeDates(context: ValueContext): VectorDecoder {
  const convert = convertDate(context)
  return decodeItems(({ buffer, data, count }) => {
    const days = new Int32Array(buffer, data, count)
    return (index) => convert(days[index] as number)
  })
}

export function decodeTimestamps(name: TimestampTypeName, context: ValueContext): VectorDecoder {
  const unit = timeUnits[name]
  const convert = convertTimestamp(unit, context)
  const convertNumber = convertTimestampNumber(unit, context)
  return decodeItems(({ buffer, data, count }) => {
    const counts = new BigInt64Array(buffer, data, count)
    if (convert === undefined) return (index) => counts[index] as bigint
    if (convertNumber === undefined) return (index) => convert(counts[index] as bigint)
    const low = new Uint32Array(buffer, data, 2 * count)
    const high = new Int32Array(buffer, data, 2 * count)
    return (index) => {
      const number = (high[2 * index + 1] as number) * 2 ** 32 + (low[2 * index] as number)
      return Number.isSafeInteger(number) ? convertNumber(number) : convert(counts[index] as bigint)
    }
  })
}
