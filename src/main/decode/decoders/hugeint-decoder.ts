import { convertBigint } from '../../../values/convert-bigint.js'
import type { ValueContext } from '../../../values/value-context.js'
import { decodeItems, type VectorDecoder } from '../vector-decoder.js'
import type { VectorPlace } from '../vector-source.js'

/** The types of the upper half, whose sign is that of the value. */
type HalfArrayType = typeof BigInt64Array | typeof BigUint64Array

export function decodeHugeints(Upper: HalfArrayType, context: ValueContext): VectorDecoder {
  const convert = convertBigint(context)
  return decodeItems((place) => {
    const read = openHugeints(Upper, place)
    return convert === undefined ? read : (index) => convert(read(index))
  })
}

/** Values of 16 bytes, the lower half first. */
export function openHugeints(
  Upper: HalfArrayType,
  { buffer, data, count }: VectorPlace,
): (index: number) => bigint {
  const lower = new BigUint64Array(buffer, data, 2 * count)
  const upper = new Upper(buffer, data, 2 * count)
  return (index) => ((upper[2 * index + 1] as bigint) << 64n) | (lower[2 * index] as bigint)
}
