import { isDeepStrictEqual } from 'node:util'
import {
  columnKinds,
  generateRows,
  type Row,
  type Shape,
  type StoredRow,
  toStoredRow,
} from '../shapes/shape.js'
import { type Checksum, checksumOf } from './checksum.js'

/** Reads what a file holds, once its writer has closed it: a checksum of all rows, and the rows of some keys. */
export type ReadBack = (
  path: string,
  shape: Shape,
  keys: readonly (string | number)[],
) => Promise<{ readonly checksum: Checksum; readonly rows: readonly StoredRow[] }>

/**
 * Reads a file and throws unless it holds the rows: a write that is not there afterwards was not measured.
 *
 * @param checksum - Of all of them.
 * @param exactRows - Those of them that are compared value by value.
 * @returns How many rows it holds.
 */
export async function verifyRows(
  readBack: ReadBack,
  path: string,
  shape: Shape,
  checksum: Checksum,
  exactRows: readonly Row[],
): Promise<number> {
  const columns = columnKinds(shape)
  const exact = exactRows.map((row) => toStoredRow(columns, row))
  const keyOf = (row: StoredRow) => row[shape.key] ?? ''
  const found = await readBack(path, shape, exact.map(keyOf))
  expectEqual(found.checksum, checksum)
  const byKey = new Map(found.rows.map((row) => [keyOf(row), row]))
  for (const row of exact) expectEqual(byKey.get(keyOf(row)), row)
  return Number(checksum.rows)
}

/** The checksum of the first rows of a shape. */
export function checksumOfFirst(shape: Shape, count: number): Checksum {
  return checksumOf(shape, generateRows(shape, count))
}

const sampledRows = 1000

/** About a thousand of the indexes below `count`, evenly spread, the first and the last among them. */
export function sampleIndexes(count: number): number[] {
  const samples = Math.min(sampledRows, count)
  if (samples < 2) return samples === 1 ? [0] : []
  return Array.from({ length: samples }, (_, index) => Math.round((index * (count - 1)) / (samples - 1)))
}

function expectEqual(found: object | undefined, expected: object): void {
  if (isDeepStrictEqual(found, expected)) return
  throw new Error(`Expected ${JSON.stringify(expected)} in the file, found ${JSON.stringify(found)}`)
}
