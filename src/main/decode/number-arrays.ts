import type { Reading } from '../../protocol/query-value.js'
import type { VectorEncoding } from '../../protocol/result-batch.js'
import type { NumberArray } from '../contract/query-options.js'

/** Makes an array of its own, of a length or of memory. */
export interface NumberArrayType {
  new (length: number): NumberArray
  new (buffer: ArrayBuffer, byteOffset: number, length: number): NumberArray
}

const arrayTypes: ReadonlyMap<VectorEncoding['name'], NumberArrayType> = new Map<
  VectorEncoding['name'],
  NumberArrayType
>([
  ['TINYINT', Int8Array],
  ['SMALLINT', Int16Array],
  ['INTEGER', Int32Array],
  ['BIGINT', BigInt64Array],
  ['UTINYINT', Uint8Array],
  ['USMALLINT', Uint16Array],
  ['UINTEGER', Uint32Array],
  ['UBIGINT', BigUint64Array],
  ['FLOAT', Float32Array],
  ['DOUBLE', Float64Array],
])

/** The typed array for a type of numbers; undefined where its values are others by the options. */
export function numberArrayOf({ name }: VectorEncoding, reading: Reading): NumberArrayType | undefined {
  const isBigint = name === 'BIGINT' || name === 'UBIGINT'
  return isBigint && reading.bigints !== 'bigint' ? undefined : arrayTypes.get(name)
}
