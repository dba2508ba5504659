import { mebibytes } from '../report/statistics.js'
import type { TrialResult } from '../tasks/task.js'
import { watchWork } from './watch-work.js'

/** Reads something, and finds how long it takes, and what the event loop and the main thread go through. */
export async function watchRead<Result>(
  read: () => Promise<Result>,
): Promise<{ readonly result: Result; readonly values: TrialResult['values'] }> {
  const { measured, delays } = await watchWork(read)
  return {
    result: measured.result,
    values: {
      'time to read': measured.seconds,
      ...delays,
      'main-thread CPU': measured.mainCpuSeconds,
      'peak memory above start': mebibytes(measured.rssGrowthBytes),
    },
  }
}
