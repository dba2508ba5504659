import { convertBigint } from '../../../values/convert-bigint.js'
import type { ValueContext } from '../../../values/value-context.js'
import { decodeItems, type VectorDecoder } from '../vector-decoder.js'

interface NumberArrayType {
  new (buffer: ArrayBuffer, byteOffset: number, length: number): { readonly [index: number]: number }
}

interface BigintArrayType {
  new (buffer: ArrayBuffer, byteOffset: number, length: number): { readonly [index: number]: bigint }
}

export function decodeBooleans(): VectorDecoder {
  return decodeItems(
    ({ bytes, data }) =>
      (index) =>
        bytes[data + index] !== 0,
  )
}

export function decodeNumbers(ArrayType: NumberArrayType): VectorDecoder {
  return decodeItems(({ buffer, data, count }) => {
    const numbers = new ArrayType(buffer, data, count)
    return (index) => numbers[index] as number
  })
}

export function decodeBigints(ArrayType: BigintArrayType, context: ValueContext): VectorDecoder {
  const convert = convertBigint(context)
  return decodeItems(({ buffer, data, count }) => {
    const bigints = new ArrayType(buffer, data, count)
    if (convert === undefined) return (index) => bigints[index] as bigint
    return (index) => convert(bigints[index] as bigint)
  })
}
