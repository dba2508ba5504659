import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { monotonicMs } from './clock.js'
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

/**
 * How long the main thread has run on a core, in seconds; NaN where the system does not say. Threads that V8 and libuv
 * have beside it are not counted.
 *
 * @see https://docs.kernel.org/scheduler/sched-stats.html
 */
async function mainThreadCpuSeconds(): Promise<number> {
  // The kernel books a thread's time when the thread stops running, and at the ticks of its clock: 4 ms apart, or 10.
  await sleep(2)
  // Node 23.9 and later have it; the types are those of 20.
  const { threadCpuUsage } = process as { threadCpuUsage?: () => { user: number; system: number } }
  if (threadCpuUsage !== undefined) {
    const { user, system } = threadCpuUsage.call(process)
    return (user + system) / 1e6
  }
  try {
    const [nanos] = readFileSync(`/proc/self/task/${process.pid}/schedstat`, 'utf8').split(' ')
    return Number(nanos) / 1e9
  } catch {
    return Number.NaN
  }
}
