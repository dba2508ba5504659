import { once } from 'node:events'
import { readFileSync, writeFileSync } from 'node:fs'
import { setTimeout as sleep } from 'node:timers/promises'
import { Worker } from 'node:worker_threads'

export interface MemorySample {
  /** By the clock of `monotonicMs()`. */
  readonly atMs: number
  readonly rssBytes: number
}

/** Collects what preparations have left behind, which is no part of what is measured next. */
export async function collectGarbage(): Promise<void> {
  globalThis.gc?.()
  // Other threads sweep what was collected, and give it back, a little later.
  await sleep(100)
}

/**
 * Looks at the resident memory of the process every 10 ms, in a thread of its own, which a busy main thread does not
 * delay. It has taken the memory that it takes by the first sample.
 *
 * @returns what ends it.
 */
export async function sampleMemory(): Promise<() => Promise<readonly MemorySample[]>> {
  const worker = new Worker(new URL('./memory-sampler-thread.js', import.meta.url))
  await once(worker, 'message')
  return async () => {
    worker.postMessage('stop')
    const [samples]: MemorySample[][] = await once(worker, 'message')
    return samples ?? []
  }
}

/** Runs something, and finds how far the memory of the process grew above what it was before. */
export async function watchMemory<Result>(work: () => Promise<Result>): Promise<{
  readonly result: Result
  readonly rssGrowthBytes: number
  /** What is left of that when the work is over; less than 0 where memory was given back. */
  readonly rssGrowthAtEndBytes: number
}> {
  // It would be room for what is to be measured.
  await collectGarbage()
  const readPeak = await watchPeak()
  const before = process.memoryUsage.rss()
  const result = await work()
  const after = process.memoryUsage.rss()
  const growth = Math.max(0, (await readPeak()) - before)
  return { result, rssGrowthBytes: growth, rssGrowthAtEndBytes: after - before }
}

/** Exactly where the kernel keeps a peak that can be reset, which is Linux; by samples elsewhere. */
async function watchPeak(): Promise<() => Promise<number>> {
  if (resetPeak()) return async () => readPeakBytes()
  const stop = await sampleMemory()
  return async () => Math.max(...(await stop()).map(({ rssBytes }) => rssBytes))
}

/** @see https://man7.org/linux/man-pages/man5/proc_pid_clear_refs.5.html */
function resetPeak(): boolean {
  try {
    writeFileSync('/proc/self/clear_refs', '5')
    return Number.isFinite(readPeakBytes())
  } catch {
    return false
  }
}

function readPeakBytes(): number {
  const [, kibibytes] = /^VmHWM:\s*(\d+) kB$/m.exec(readFileSync('/proc/self/status', 'utf8')) ?? []
  return Number(kibibytes) * 1024
}
