import { type DecimalColumnType, valueBytes } from '../../../protocol/column-type.js'
import { decodeItems, type VectorDecoder } from '../vector-decoder.js'
import type { VectorPlace } from '../vector-source.js'
import { openHugeints } from './hugeint-decoder.js'

/** DECIMALs as text, with all digits of the scale. */
export function decodeDecimals(type: DecimalColumnType): VectorDecoder {
  const bytes = valueBytes(type)
  return decodeItems((place) => {
    const read = openUnscaled(bytes, place)
    return (index) => formatDecimal(String(read(index)), type.scale)
  })
}

/** The values times ten to the power of the scale, in as many bytes as the width takes. */
function openUnscaled(bytes: number, place: VectorPlace): (index: number) => number | bigint {
  const { buffer, data, count } = place
  if (bytes === 16) return openHugeints(BigInt64Array, place)
  const ArrayType = bytes === 2 ? Int16Array : bytes === 4 ? Int32Array : BigInt64Array
  const unscaled = new ArrayType(buffer, data, count)
  return (index) => unscaled[index] as number | bigint
}

/** @param digits - Of the value without its point. */
function formatDecimal(digits: string, scale: number): string {
  if (scale === 0) return digits
  const isNegative = digits.startsWith('-')
  const padded = (isNegative ? digits.slice(1) : digits).padStart(scale + 1, '0')
  const point = padded.length - scale
  return `${isNegative ? '-' : ''}${padded.slice(0, point)}.${padded.slice(point)}`
}
