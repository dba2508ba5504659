import { join } from 'node:path'
import { monitorEventLoopDelay } from 'node:perf_hooks'
import type { Receipt } from 'duckpaddle'
import { findContender } from '../contenders/index.js'
import { makeRows } from '../rows.js'
import { verify } from '../verify.js'
import { watchMemory } from './watch-memory.js'

export interface WriteResult {
  readonly seconds: number
  /** Of the process, above what it was before the write. */
  readonly rssGrowthBytes: number
  readonly delayMs: {
    readonly p50: number
    readonly p99: number
    readonly p999: number
    readonly max: number
  }
  readonly receipt: Omit<Receipt, 'rejections'> | undefined
}

/**
 * Writes rows to a new database.
 *
 * A first, small write warms the code up; then the loop's delay and the memory are measured during the write.
 */
export async function writeRows(name: string, count: number, folder: string): Promise<WriteResult> {
  const contender = findContender(name)
  const rows = makeRows(count)
  const warmUp = await contender.open(join(folder, 'warm-up.duckdb'))
  await warmUp.write(makeRows(Math.min(2000, count)))
  await warmUp.close()
  const path = join(folder, 'trial.duckdb')
  const writer = await contender.open(path)
  const result = await measure(() => writer.write(rows))
  await writer.close()
  if (name !== 'idle') await verify(path, rows)
  return result
}

async function measure(write: () => Promise<Receipt | undefined>): Promise<WriteResult> {
  const delay = monitorEventLoopDelay({ resolution: 1 })
  const { result, rssGrowthBytes } = await watchMemory(async () => {
    delay.enable()
    // Let the timers run in before the write begins, so that a stall from its first moment on is seen.
    await new Promise((resolve) => setTimeout(resolve, 20))
    delay.reset()
    const startedAt = performance.now()
    const receipt = await write()
    const seconds = (performance.now() - startedAt) / 1000
    await new Promise((resolve) => setTimeout(resolve, 5))
    delay.disable()
    return { receipt, seconds }
  })
  const ms = (nanos: number) => nanos / 1e6
  return {
    ...result,
    rssGrowthBytes,
    delayMs: {
      p50: ms(delay.percentile(50)),
      p99: ms(delay.percentile(99)),
      p999: ms(delay.percentile(99.9)),
      max: ms(delay.max),
    },
  }
}
