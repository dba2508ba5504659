import { findContender } from '../contenders/index.js'
import { keepPeaks } from '../measure/keep-peaks.js'
import { LoopDelayWatch } from '../measure/loop-delay.js'
import { type MeasuredWrite, measureWrite } from '../measure/measure-write.js'
import { type Percentiles, percentilesOf } from '../measure/percentiles.js'
import type { Timeline } from '../report/suite-report.js'
import { ServedClient } from '../server/served-client.js'
import { findShape } from '../shapes/index.js'
import { makeRows } from '../shapes/shape.js'
import { openWarm } from './open-warm.js'
import { defaultShape, type TrialOptions } from './trial-options.js'
import { type VerifiedMade, verifyMade } from './verify-made.js'

export interface ServeResult extends MeasuredWrite, VerifiedMade {
  readonly loopDelayMs: Percentiles
  /** Of the requests that were due during the write, from when they were due to when they were answered. */
  readonly requestMs: Percentiles
  readonly requests: number
  readonly timelines: readonly Timeline[]
}

/** Writes rows to a new database, while the thread that does so is a server to a client in another process. */
export async function serveWhileWriting(
  name: string,
  count: number,
  folder: string,
  { shape: shapeName = defaultShape, checksum }: TrialOptions = {},
): Promise<ServeResult> {
  const contender = findContender(name)
  const shape = findShape(shapeName)
  const rows = makeRows(shape, count)
  const { writer, path } = await openWarm(name, contender, shape, folder)
  const seen = await watchServer(() => measureWrite(() => writer.write(rows)))
  await writer.close()
  return { ...seen, ...(await verifyMade(contender, path, shape, count, checksum)) }
}

async function watchServer(
  write: () => Promise<MeasuredWrite>,
): Promise<Omit<ServeResult, keyof VerifiedMade>> {
  const client = await ServedClient.start()
  const watch = new LoopDelayWatch()
  await watch.start()
  client.begin()
  const measured = await write()
  const delay = await watch.stop()
  const { startedAtMs, endedAtMs } = measured
  const requests = (await client.end()).filter(
    ({ dueAtMs }) => dueAtMs >= startedAtMs && dueAtMs <= endedAtMs,
  )
  const toSeconds = (atMs: number) => (atMs - startedAtMs) / 1000
  // A delay is seen when it is over, and what was seen last a little after the write.
  const delays = delay.points.filter(([atMs, ms]) => atMs - ms <= endedAtMs && atMs >= startedAtMs)
  return {
    ...measured,
    loopDelayMs: delay.ms,
    requestMs: percentilesOf(requests.map(({ latencyMs }) => latencyMs)),
    requests: requests.length,
    timelines: [
      {
        name: 'loop delay',
        unit: 'ms',
        points: keepPeaks(delays.map(([atMs, ms]) => [toSeconds(atMs), ms])),
      },
      {
        name: 'request latency',
        unit: 'ms',
        points: keepPeaks(requests.map(({ dueAtMs, latencyMs }) => [toSeconds(dueAtMs), latencyMs])),
      },
    ],
  }
}
