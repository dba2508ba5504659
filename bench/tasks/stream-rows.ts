import { findContender } from '../contenders/index.js'
import { keepPeaks } from '../measure/keep-peaks.js'
import { type MeasuredWrite, measureWrite } from '../measure/measure-write.js'
import { MemorySampler } from '../measure/memory-sampler.js'
import { mebibytes } from '../report/mebibytes.js'
import type { Timeline } from '../report/suite-report.js'
import { findShape } from '../shapes/index.js'
import { generateRows } from '../shapes/shape.js'
import { openWarm } from './open-warm.js'
import { defaultShape, type TrialOptions } from './trial-options.js'
import { type VerifiedMade, verifyMade } from './verify-made.js'

export interface StreamResult extends MeasuredWrite, VerifiedMade {
  readonly timelines: readonly Timeline[]
}

/** Writes rows that are made as they are asked for, so that the memory which is looked at is the write's alone. */
export async function streamRows(
  name: string,
  count: number,
  folder: string,
  { shape: shapeName = defaultShape, checksum }: TrialOptions = {},
): Promise<StreamResult> {
  const contender = findContender(name)
  const shape = findShape(shapeName)
  const { writer, path } = await openWarm(name, contender, shape, folder)
  const sampler = await MemorySampler.start()
  const measured = await measureWrite(() => writer.write(generateRows(shape, count)))
  const samples = await sampler.stop()
  await writer.close()
  const verified = await verifyMade(contender, path, shape, count, checksum)
  const points = samples
    .filter(({ atMs }) => atMs >= measured.startedAtMs && atMs <= measured.endedAtMs)
    .map(({ atMs, rssBytes }) => [(atMs - measured.startedAtMs) / 1000, mebibytes(rssBytes)] as const)
  const timelines = [{ name: 'resident memory', unit: 'MiB', points: keepPeaks(points) }]
  return { ...measured, ...verified, timelines }
}
