import { readFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'

/**
 * How long the main thread has run on a core, in seconds; NaN where the system does not say. Threads that V8 and libuv
 * have beside it are not counted.
 *
 * @see https://docs.kernel.org/scheduler/sched-stats.html
 */
export async function mainThreadCpuSeconds(): Promise<number> {
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
