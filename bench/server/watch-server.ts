import { LoopDelayWatch } from '../measure/loop-delay.js'
import { timeline } from '../measure/timeline.js'
import { type Percentiles, percentilesOf } from '../report/statistics.js'
import type { Timeline } from '../report/suite-report.js'
import { ServedClient } from './served-client.js'

/** Has this thread answer a client while it writes: what its event loop goes through, and those who call it. */
export async function watchServer<
  Measured extends { readonly startedAtMs: number; readonly endedAtMs: number },
>(
  write: () => Promise<Measured>,
): Promise<{
  readonly measured: Measured
  readonly values: Readonly<Record<string, number | undefined>>
  readonly timelines: readonly Timeline[]
}> {
  const client = await ServedClient.start()
  const watch = new LoopDelayWatch()
  await watch.start()
  client.begin()
  const measured = await write()
  const delay = await watch.stop()
  const { startedAtMs, endedAtMs } = measured
  const requests = (await client.end())
    .filter(({ dueAtMs }) => dueAtMs >= startedAtMs && dueAtMs <= endedAtMs)
    .map(({ dueAtMs, latencyMs }) => [dueAtMs, latencyMs] as const)
  // A delay is seen when it is over, and what was seen last a little after the write.
  const delays = delay.points.filter(([atMs, ms]) => atMs - ms <= endedAtMs && atMs >= startedAtMs)
  return {
    measured,
    values: {
      ...named('loop delay', delay.ms),
      ...named('request latency', percentilesOf(requests.map(([, latencyMs]) => latencyMs))),
    },
    timelines: [
      timeline('loop delay', 'ms', measured, delays),
      timeline('request latency', 'ms', measured, requests),
    ],
  }
}

function named(name: string, { p50, p99, p999, max }: Percentiles): Record<string, number> {
  return { [`${name} p50`]: p50, [`${name} p99`]: p99, [`${name} p99.9`]: p999, [`${name} max`]: max }
}
