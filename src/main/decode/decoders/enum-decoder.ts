import { type EnumColumnType, valueBytes } from '../../../protocol/column-type.js'
import { decodeItems, type VectorDecoder } from '../vector-decoder.js'

/** Indexes into the members, of as many bytes as their number takes. */
export function decodeEnum(type: EnumColumnType): VectorDecoder {
  const { members } = type
  const bytes = valueBytes(type)
  const ArrayType = bytes === 1 ? Uint8Array : bytes === 2 ? Uint16Array : Uint32Array
  return decodeItems(({ buffer, data, count }) => {
    const indexes = new ArrayType(buffer, data, count)
    return (index) => members[indexes[index] ?? 0] ?? null
  })
}
