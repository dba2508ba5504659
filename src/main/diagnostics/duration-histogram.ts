import { createHistogram } from 'node:perf_hooks'
import type { DurationSummary } from '../contract/durations.js'

const mostMicros = 3_600_000_000

/** Durations by the HDR histogram of Node: to record one costs 0.02 µs, a summary 7 µs, a histogram 28 KiB. */
export class DurationHistogram {
  readonly #micros = createHistogram({ lowest: 1, highest: mostMicros, figures: 2 })

  readonly record = (ms: number): void => {
    this.#micros.record(Math.min(Math.max(1, Math.round(ms * 1000)), mostMicros))
  }

  summarize(): DurationSummary {
    const { count, min, mean, max } = this.#micros
    // Of nothing, Node's minimum is 2^63 and its mean is NaN.
    if (count === 0) return none
    return Object.freeze({
      count,
      minMs: min / 1000,
      meanMs: mean / 1000,
      p50Ms: this.#micros.percentile(50) / 1000,
      p99Ms: this.#micros.percentile(99) / 1000,
      maxMs: max / 1000,
    })
  }
}

const none: DurationSummary = Object.freeze({ count: 0, minMs: 0, meanMs: 0, p50Ms: 0, p99Ms: 0, maxMs: 0 })
