import { setTimeout as sleep } from 'node:timers/promises'
import { watchPeakMemory } from './peak-memory.js'

/** Runs something, and tells how far the memory of the process grew above what it was before. */
export async function watchMemory<Result>(work: () => Promise<Result>): Promise<{
  readonly result: Result
  readonly rssGrowthBytes: number
  readonly rssGrowthAtEndBytes: number
}> {
  // What preparations have left behind would be room for what is to be measured.
  globalThis.gc?.()
  // Other threads sweep what was collected, and give it back, a little later.
  await sleep(100)
  const peak = await watchPeakMemory()
  const before = process.memoryUsage.rss()
  const result = await work()
  const after = process.memoryUsage.rss()
  return {
    result,
    rssGrowthBytes: Math.max(0, (await peak.stop()) - before),
    rssGrowthAtEndBytes: after - before,
  }
}
