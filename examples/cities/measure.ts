import type { Latencies } from './probe-server.js'

/** What the event loop, and a client of this server, went through while rows were written. */
export interface Measurement {
  readonly way: string
  readonly rows: number
  readonly seconds: number
  readonly longestStallMs: number
  readonly p99LatencyMs: number
}

/** Runs one way of writing, and measures the loop and the server meanwhile. */
export async function measure(
  way: string,
  latencies: Latencies,
  write: () => Promise<number>,
): Promise<Measurement> {
  await latencies.take()
  const stopTimer = watchLoop()
  const stopProgress = showProgress(way)
  const startedAt = performance.now()
  const rows = await write()
  const seconds = (performance.now() - startedAt) / 1000
  stopProgress()
  const longestStallMs = stopTimer()
  const taken = (await latencies.take()).sort((a, b) => a - b)
  const p99LatencyMs = taken[Math.floor(taken.length * 0.99)] ?? Number.NaN
  return { way, rows, seconds, longestStallMs, p99LatencyMs }
}

/** Starts a timer of 1 ms; the function returned stops it and tells the longest time between two of its ticks, in ms. */
function watchLoop(): () => number {
  let last = performance.now()
  let longest = 0
  const tick = () => {
    const now = performance.now()
    longest = Math.max(longest, now - last)
    last = now
  }
  const timer = setInterval(tick, 1)
  return () => {
    clearInterval(timer)
    tick()
    return longest
  }
}

/** Tells every second what is going on. A way that holds the loop cannot tell, which shows. */
function showProgress(way: string): () => void {
  const startedAt = performance.now()
  const timer = setInterval(() => {
    console.error(`  ${way}: ${Math.round((performance.now() - startedAt) / 1000)} s ...`)
  }, 1000)
  return () => clearInterval(timer)
}
