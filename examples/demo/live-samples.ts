import { EventEmitter } from 'node:events'
import { type IntervalHistogram, monitorEventLoopDelay } from 'node:perf_hooks'
import type { PersistenceService } from 'duckpaddle'
import type { Health, Sample } from './messages.js'

const sampleIntervalMs = 100
const healthIntervalMs = 1000
const keptSamples = 60_000 / sampleIntervalMs

interface Events {
  sample: [Sample]
  health: [Health]
}

/** Watches this process's event loop and the service, ten times a second. */
export class LiveSamples extends EventEmitter<Events> {
  /** Samples of the last minute. */
  readonly history: Sample[] = []
  readonly #db: PersistenceService
  readonly #delays: IntervalHistogram = monitorEventLoopDelay({ resolution: 1 })
  readonly #timers: readonly NodeJS.Timeout[]
  #lastMs: number = Date.now()
  #lastTick: number = performance.now()
  #rows = 0

  constructor(db: PersistenceService) {
    super()
    this.#db = db
    this.#delays.enable()
    this.#timers = [
      setInterval(() => this.#sample(), sampleIntervalMs),
      setInterval(() => void this.#askHealth(), healthIntervalMs),
    ]
  }

  /** Counts rows that were written. */
  countRows(rows: number): void {
    this.#rows += rows
  }

  close(): void {
    for (const timer of this.#timers) clearInterval(timer)
    this.#delays.disable()
  }

  #sample(): void {
    // Moments are by the clock that the page has too, and times by one that is never set.
    const [toMs, tick] = [Date.now(), performance.now()]
    const fromMs = this.#lastMs
    const elapsedMs = tick - this.#lastTick
    // The timer of the histogram may see a stall later than this one, which is late by it, too.
    const latenessMs = elapsedMs - sampleIntervalMs
    const sample: Sample = {
      fromMs,
      toMs,
      loopDelayMs: Math.max(this.#delays.count > 0 ? this.#delays.max / 1e6 : 0, latenessMs),
      rowsPerSecond: (this.#rows * 1000) / Math.max(elapsedMs, 1),
      walBytes: this.#db.stats().walBytes,
    }
    this.#delays.reset()
    this.#rows = 0
    this.#lastMs = toMs
    this.#lastTick = tick
    this.history.push(sample)
    if (this.history.length > keptSamples) this.history.shift()
    this.emit('sample', sample)
  }

  async #askHealth(): Promise<void> {
    const { status, reasons, memoryBytes, fileBytes } = await this.#db.health()
    const codes = reasons.map(({ code }) => code)
    this.emit('health', { status, reasons: codes, memoryBytes, fileBytes })
  }
}
