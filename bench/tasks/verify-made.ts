import type { Contender } from '../contenders/contender.js'
import { sampleIndexes, verifyRows } from '../read-back/verify-rows.js'
import type { Shape } from '../shapes/shape.js'

/**
 * Throws unless a file holds the rows 0 to `count` - 1 of a shape.
 *
 * @param rows - All of them.
 * @returns How many it holds; null for a contender that writes none.
 */
export async function verifyMade<Row extends object>(
  { readBack }: Contender,
  path: string,
  shape: Shape<Row>,
  rows: Iterable<Row>,
  count: number,
): Promise<number | null> {
  if (readBack === undefined) return null
  // Made anew: what a contender has done to the rows it was given is not what is to be found.
  const exactRows = sampleIndexes(count).map((index) => shape.makeRow(index))
  return verifyRows(readBack, path, shape, rows, exactRows)
}
