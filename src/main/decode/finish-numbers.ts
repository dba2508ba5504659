import type { NumberVectorName } from '../../protocol/number-vector.js'
import type { QueryValue } from '../../protocol/query-value.js'
import type { CollectedNumbers } from '../../protocol/result-batch.js'
import type { NumberArray } from '../contract/query-options.js'
import type { CollectedColumn } from './column-values.js'

/** The typed array for each type of numbers. */
const numberArrays: { readonly [Name in NumberVectorName]: new (buffer: ArrayBuffer) => NumberArray } = {
  TINYINT: Int8Array,
  SMALLINT: Int16Array,
  INTEGER: Int32Array,
  BIGINT: BigInt64Array,
  UTINYINT: Uint8Array,
  USMALLINT: Uint16Array,
  UINTEGER: Uint32Array,
  UBIGINT: BigUint64Array,
  FLOAT: Float32Array,
  DOUBLE: Float64Array,
}

/** Rows between two looks at the clock. */
const stepRows = 2048

/** The numbers of a whole column: the memory that the worker has collected, unless one of them is NULL. */
export function* finishNumbers(
  name: NumberVectorName,
  { numbers, validity }: CollectedNumbers,
): Generator<unknown, CollectedColumn> {
  const array = new numberArrays[name](numbers)
  if (validity === undefined) return array
  const bits = new Uint8Array(validity)
  const values: QueryValue[] = []
  for (let index = 0; index < array.length; index++) {
    const isNull = ((bits[index >> 3] ?? 0) & (1 << (index & 7))) === 0
    values.push(isNull ? null : (array[index] ?? null))
    if (index % stepRows === 0) yield
  }
  return values
}
