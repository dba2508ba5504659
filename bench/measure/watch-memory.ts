import { collectGarbage } from './collect-garbage.js'
import { watchPeakMemory } from './peak-memory.js'

/** Runs something, and tells how far the memory of the process grew above what it was before. */
export async function watchMemory<Result>(work: () => Promise<Result>): Promise<{
  readonly result: Result
  readonly rssGrowthBytes: number
  readonly rssGrowthAtEndBytes: number
}> {
  // It would be room for what is to be measured.
  await collectGarbage()
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
