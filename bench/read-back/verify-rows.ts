import { isDeepStrictEqual } from 'node:util'
import type { Shape } from '../shapes/shape.js'
import type { Checksum } from './checksum.js'
import type { ReadBack } from './read-back.js'
import { toStoredRow } from './stored-row.js'

/**
 * Reads a file and throws unless it holds the rows: a write that is not there afterwards was not measured.
 *
 * @param checksum - Of all of them.
 * @param exactRows - Those of them that are compared value by value.
 * @returns How many rows it holds.
 */
export async function verifyRows<Row extends object>(
  readBack: ReadBack,
  path: string,
  shape: Shape<Row>,
  checksum: Checksum,
  exactRows: readonly Row[],
): Promise<number> {
  const exact = exactRows.map((row) => toStoredRow(shape, row))
  const keyOf = (row: Readonly<Record<string, string | number>>) => row[shape.key] ?? ''
  const found = await readBack(path, shape, exact.map(keyOf))
  expectEqual(found.checksum, checksum)
  const byKey = new Map(found.rows.map((row) => [keyOf(row), row]))
  for (const row of exact) expectEqual(byKey.get(keyOf(row)), row)
  return Number(checksum.rows)
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
