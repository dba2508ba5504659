import { watchLoopDelay } from '../measure/loop-delay.js'
import type { MeasuredWrite } from '../measure/measure-write.js'
import { timeline } from '../measure/timeline.js'
import { percentile, percentilesOf } from '../report/statistics.js'
import { serveClient } from './served-client.js'

/** Has this thread answer a client while it writes: what its event loop goes through, and those who call it. */
export async function watchServer(write: () => Promise<MeasuredWrite>) {
  const client = await serveClient()
  const stopWatch = await watchLoopDelay()
  client.begin()
  const measured = await write()
  const { points, percentileMs } = await stopWatch()
  const { startedAtMs, endedAtMs } = measured
  const requests = (await client.end())
    .filter(({ dueAtMs }) => dueAtMs >= startedAtMs && dueAtMs <= endedAtMs)
    .map(({ dueAtMs, latencyMs }) => [dueAtMs, latencyMs] as const)
  const latencies = requests.map(([, latencyMs]) => latencyMs)
  // A delay is seen when it is over, and what was seen last a little after the write.
  const delays = points.filter(([atMs, ms]) => atMs - ms <= endedAtMs && atMs >= startedAtMs)
  return {
    measured,
    values: {
      ...percentilesOf('loop delay', percentileMs),
      ...percentilesOf('request latency', (percent) => percentile(latencies, percent)),
    },
    timelines: [
      timeline('loop delay', 'ms', measured, delays),
      timeline('request latency', 'ms', measured, requests),
    ],
  }
}
