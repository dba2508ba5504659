import { mebibytes } from '../report/statistics.js'
import type { TrialResult } from '../tasks/task.js'
import { watchLoopDelay } from './loop-delay.js'
import { measureWork } from './measure-work.js'

/** Reads something, and finds how long it takes, and what the event loop and the main thread go through. */
export async function watchRead<Result>(
  read: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly values: TrialResult['values'] }> {
  const { result, ...measured } = await measureWork(async () => {
    // Not before: what was collected for the memory to be watched is no stall of the read.
    const stopWatch = await watchLoopDelay()
    const startedAt = performance.now()
    const rows = await read()
    const seconds = (performance.now() - startedAt) / 1000
    return { rows, seconds, delays: await stopWatch() }
  })
  const { rows, seconds, delays } = result
  return {
    result: rows,
    values: {
      'time to read': seconds,
      'loop delay p99': delays.percentileMs(99),
      'longest stall': delays.percentileMs(100),
      'main-thread CPU': measured.mainCpuSeconds,
      'peak memory above start': mebibytes(measured.rssGrowthBytes),
    },
  }
}
