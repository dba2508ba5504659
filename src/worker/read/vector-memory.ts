import type { Vector } from '@duckdb/node-bindings'
import { duckdb } from '../instance/duckdb.js'

/** Which values of a vector are not NULL; the memory of a NULL holds anything. */
export function validityOf(vector: Vector, count: number): (index: number) => boolean {
  // None where nothing is NULL, which the bindings' type does not say.
  const words: Uint8Array | null = duckdb.vector_get_validity(vector, 8 * Math.ceil(count / 64))
  if (words === null) return () => true
  const bits = Uint8Array.from(words)
  return (index) => ((bits[index >> 3] ?? 0) & (1 << (index & 7))) !== 0
}

/** A vector's memory. A copy, for it may begin anywhere. */
export function wordsOf(vector: Vector, bytes: number): Uint32Array<ArrayBuffer> {
  const data = duckdb.vector_get_data(vector, bytes)
  return new Uint32Array(Uint8Array.from(data).buffer)
}

/** Where in the child of a LIST the items of each list are: entries of offset and length, of 8 bytes each. */
export function entriesOf(
  vector: Vector,
  count: number,
): (index: number) => { start: number; length: number } {
  const entries = new BigUint64Array(wordsOf(vector, count * 16).buffer)
  return (index) => ({ start: Number(entries[index * 2]), length: Number(entries[index * 2 + 1]) })
}
