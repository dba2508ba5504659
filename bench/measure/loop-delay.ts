import { monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicMs } from './clock.js'

const intervalMs = 20

/**
 * Watches the event loop of this thread by a timer of 1 ms, which is in each of the delays: over all, and bit by bit.
 *
 * @returns what ends it. A point is the longest delay since the point before, by the clock of `monotonicMs()`; one that
 * is long stands at its end.
 */
export async function watchLoopDelay() {
  const all = monitorEventLoopDelay({ resolution: 1 })
  const recent = monitorEventLoopDelay({ resolution: 1 })
  const points: (readonly [atMs: number, delayMs: number])[] = []
  const look = () => {
    if (recent.count > 0) points.push([monotonicMs(), recent.max / 1e6])
    recent.reset()
  }
  all.enable()
  recent.enable()
  // Let the timers run in before the work begins, so that a stall from its first moment on is seen.
  await sleep(intervalMs)
  all.reset()
  recent.reset()
  const timer = setInterval(look, intervalMs)
  return async () => {
    // The timers see a stall once it is over.
    await sleep(5)
    clearInterval(timer)
    look()
    all.disable()
    recent.disable()
    return { points, percentileMs: (percent: number) => all.percentile(percent) / 1e6 }
  }
}
