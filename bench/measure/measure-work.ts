import { monotonicMs } from './clock.js'
import { mainThreadCpuSeconds } from './main-thread-cpu.js'
import { watchMemory } from './memory.js'

export interface Measured {
  readonly seconds: number
  /** What the main thread ran in that time; undefined where the system does not say. */
  readonly mainCpuSeconds: number | undefined
  /** Of the process, above what it was before the work; and what is left of that when the work is over. */
  readonly rssGrowthBytes: number
  readonly rssGrowthAtEndBytes: number
  /** By the clock of `monotonicMs()`. */
  readonly startedAtMs: number
  readonly endedAtMs: number
}

/** Times some work, and looks at what it takes. */
export async function measureWork<Result>(
  work: () => Promise<Result>,
): Promise<Measured & { readonly result: Result }> {
  const { result: timed, ...growth } = await watchMemory(async () => {
    const cpuBefore = await mainThreadCpuSeconds()
    const startedAtMs = monotonicMs()
    const result = await work()
    const endedAtMs = monotonicMs()
    const mainCpuSeconds = (await mainThreadCpuSeconds()) - cpuBefore
    return { startedAtMs, endedAtMs, mainCpuSeconds, result }
  })
  const { startedAtMs, endedAtMs, mainCpuSeconds } = timed
  return {
    ...timed,
    ...growth,
    seconds: (endedAtMs - startedAtMs) / 1000,
    mainCpuSeconds: Number.isNaN(mainCpuSeconds) ? undefined : mainCpuSeconds,
  }
}
