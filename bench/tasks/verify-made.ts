import type { Contender } from '../contenders/contender.js'
import { type Checksum, checksumOf } from '../read-back/checksum.js'
import { sampleIndexes, verifyRows } from '../read-back/verify-rows.js'
import type { Verified } from '../report/to-contender-report.js'
import { generateRows, type Shape } from '../shapes/shape.js'

export interface VerifiedMade extends Verified {
  /** Of the rows, for the trials to come: it is the same for all who write them, and takes a second for a million. */
  readonly checksum?: Checksum
}

/**
 * Throws unless a file holds the rows 0 to `count` - 1 of a shape.
 *
 * @param known - The checksum of those rows, where an earlier trial has computed it.
 * @returns How many it holds; null for a contender that writes none.
 */
export async function verifyMade<Row extends object>(
  { readBack }: Contender,
  path: string,
  shape: Shape<Row>,
  count: number,
  known: Checksum | undefined,
): Promise<VerifiedMade> {
  if (readBack === undefined) return { verifiedRows: null }
  // Made anew: what a contender has done to the rows it was given is not what is to be found.
  const checksum = known ?? checksumOf(shape, generateRows(shape, count))
  const exactRows = sampleIndexes(count).map((index) => shape.makeRow(index))
  return { verifiedRows: await verifyRows(readBack, path, shape, checksum, exactRows), checksum }
}
