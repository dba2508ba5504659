import { findContender } from '../contenders/index.js'
import { type MeasuredWrite, measureWrite } from '../measure/measure-write.js'
import { findShape } from '../shapes/index.js'
import { makeRows } from '../shapes/shape.js'
import { openWarm } from './open-warm.js'
import { defaultShape, type TrialOptions } from './trial-options.js'
import { type VerifiedMade, verifyMade } from './verify-made.js'

export interface WriteResult extends MeasuredWrite, VerifiedMade {}

/** Writes rows, which are there in an array, to a new database. */
export async function writeRows(
  name: string,
  count: number,
  folder: string,
  { shape: shapeName = defaultShape, checksum }: TrialOptions = {},
): Promise<WriteResult> {
  const contender = findContender(name)
  const shape = findShape(shapeName)
  const rows = makeRows(shape, count)
  const { writer, path } = await openWarm(name, contender, shape, folder)
  const measured = await measureWrite(() => writer.write(rows))
  await writer.close()
  return { ...measured, ...(await verifyMade(contender, path, shape, count, checksum)) }
}
