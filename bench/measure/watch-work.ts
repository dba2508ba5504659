import { watchLoopDelay } from './loop-delay.js'
import { type Measured, measureWork } from './measure-work.js'

/** How long the event loop was held. */
export interface LoopDelays {
  readonly 'loop delay p99': number
  /** One delay, however long it is. */
  readonly 'longest stall': number
}

/** Times some work, and finds what the event loop and the main thread go through. */
export async function watchWork<Result>(
  work: () => Promise<Result>,
): Promise<{ readonly measured: Measured & { readonly result: Result }; readonly delays: LoopDelays }> {
  const { result, ...measured } = await measureWork(async () => {
    // Not before: what was collected for the memory to be watched is no stall of the work.
    const stopWatch = await watchLoopDelay()
    const startedAt = performance.now()
    const done = await work()
    const seconds = (performance.now() - startedAt) / 1000
    return { done, seconds, delays: await stopWatch() }
  })
  const { done, seconds, delays } = result
  return {
    measured: { ...measured, result: done, seconds },
    delays: { 'loop delay p99': delays.percentileMs(99), 'longest stall': delays.percentileMs(100) },
  }
}
