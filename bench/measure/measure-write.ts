import type { Receipt } from 'duckpaddle'
import { mainThreadCpuSeconds } from './main-thread-cpu.js'
import { monotonicMs } from './monotonic-ms.js'
import { watchMemory } from './watch-memory.js'

export interface MeasuredWrite {
  readonly seconds: number
  /** What the main thread ran in that time; undefined where the system does not tell. */
  readonly mainCpuSeconds: number | undefined
  /** Of the process, above what it was before the write. */
  readonly rssGrowthBytes: number
  /** What is left of that when the write is over; less than 0 where memory was given back. */
  readonly rssGrowthAtEndBytes: number
  /** By the clock of `monotonicMs()`. */
  readonly startedAtMs: number
  readonly endedAtMs: number
  /** Of duckpaddle alone. */
  readonly receipt: Omit<Receipt, 'rejections'> | undefined
}

/** Times a write, and looks at what it takes. */
export async function measureWrite(write: () => Promise<Receipt | undefined>): Promise<MeasuredWrite> {
  const { result, rssGrowthBytes, rssGrowthAtEndBytes } = await watchMemory(async () => {
    const cpuBefore = await mainThreadCpuSeconds()
    const startedAtMs = monotonicMs()
    const receipt = await write()
    const endedAtMs = monotonicMs()
    const cpuAfter = await mainThreadCpuSeconds()
    const mainCpuSeconds =
      cpuBefore === undefined || cpuAfter === undefined ? undefined : cpuAfter - cpuBefore
    return { startedAtMs, endedAtMs, mainCpuSeconds, receipt }
  })
  const seconds = (result.endedAtMs - result.startedAtMs) / 1000
  return { ...result, seconds, rssGrowthBytes, rssGrowthAtEndBytes }
}
