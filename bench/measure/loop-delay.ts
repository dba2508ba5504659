import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Percentiles } from '../report/statistics.js'
import { monotonicMs } from './clock.js'

export interface LoopDelay {
  /** Of a timer of 1 ms, which is in each of them. */
  readonly ms: Percentiles
  /** By the clock of `monotonicMs()`, the longest delay since the point before; one that is long stands at its end. */
  readonly points: readonly (readonly [atMs: number, delayMs: number])[]
}

const intervalMs = 20

/** Watches the event loop of this thread: over all, and bit by bit. */
export class LoopDelayWatch {
  readonly #all: IntervalHistogram = monitorEventLoopDelay({ resolution: 1 })
  readonly #recent: IntervalHistogram = monitorEventLoopDelay({ resolution: 1 })
  readonly #points: (readonly [atMs: number, delayMs: number])[] = []
  #timer: NodeJS.Timeout | undefined

  async start(): Promise<void> {
    this.#all.enable()
    this.#recent.enable()
    // Let the timers run in before the work begins, so that a stall from its first moment on is seen.
    await sleep(intervalMs)
    this.#all.reset()
    this.#recent.reset()
    this.#timer = setInterval(() => this.#look(), intervalMs)
  }

  async stop(): Promise<LoopDelay> {
    // The timers see a stall once it is over.
    await sleep(5)
    clearInterval(this.#timer)
    this.#look()
    this.#all.disable()
    this.#recent.disable()
    const ms = (nanos: number) => nanos / 1e6
    const at = (percentile: number) => ms(this.#all.percentile(percentile))
    return { ms: { p50: at(50), p99: at(99), p999: at(99.9), max: ms(this.#all.max) }, points: this.#points }
  }

  #look(): void {
    if (this.#recent.count > 0) this.#points.push([monotonicMs(), this.#recent.max / 1e6])
    this.#recent.reset()
  }
}
