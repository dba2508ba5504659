import { EventEmitter } from 'node:events'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PersistenceService } from 'duckpaddle'
import { persistAll, persistSingly } from './duckpaddle-ways.js'
import type { LiveSamples } from './live-samples.js'
import { appendOnMain, insertRowByRow } from './main-thread-ways.js'
import type { LiveEvents, RunReport, Sample, Way } from './messages.js'
import type { WayOfWriting } from './way-of-writing.js'

/** So long that the page hears of the beginning, and of a stall at the end, which a sample sees once it is over. */
const settlingMs = 250

type State = LiveEvents['state']

/** Writes in one way at a time, and keeps the last report of each. */
export class Runs extends EventEmitter<{ state: [State] }> {
  /** Rows that the run under way, or the last one, has written. */
  rowsOfRun = 0
  readonly #samples: LiveSamples
  readonly #folder: string
  readonly #ways: Readonly<Record<Way, WayOfWriting>>
  readonly #reports: Map<Way, RunReport> = new Map()
  readonly #aborting: AbortController = new AbortController()
  #running: State['running'] = null
  #ended: Promise<void> = Promise.resolve()

  constructor(db: PersistenceService, samples: LiveSamples, folder: string) {
    super()
    this.#samples = samples
    this.#folder = folder
    this.#ways = {
      insert: insertRowByRow,
      appender: appendOnMain,
      persist: persistAll(db),
      single: persistSingly(db),
    }
  }

  get state(): State {
    return { running: this.#running, reports: [...this.#reports.values()] }
  }

  isWay(name: unknown): name is Way {
    return typeof name === 'string' && Object.hasOwn(this.#ways, name)
  }

  /** @returns whether it has begun; it does not while another one runs. */
  start(way: Way): boolean {
    if (this.#running !== null || this.#aborting.signal.aborted) return false
    this.rowsOfRun = 0
    this.#running = { way, startedAtMs: Date.now(), totalRows: this.#ways[way].totalRows }
    this.#reports.delete(way)
    this.emit('state', this.state)
    this.#ended = this.#run(way)
    return true
  }

  /** Ends what runs. */
  async close(): Promise<void> {
    this.#aborting.abort()
    await this.#ended
  }

  async #run(way: Way): Promise<void> {
    let longestLoopDelayMs = 0
    const onSample = ({ loopDelayMs }: Sample) => {
      longestLoopDelayMs = Math.max(longestLoopDelayMs, loopDelayMs)
    }
    await sleep(settlingMs)
    this.#samples.on('sample', onSample)
    const measured = await this.#measure(way)
    await sleep(settlingMs)
    this.#samples.off('sample', onSample)
    this.#reports.set(way, { way, ...measured, longestLoopDelayMs })
    this.#running = null
    this.emit('state', this.state)
  }

  /** Never rejects. */
  async #measure(way: Way): Promise<Omit<RunReport, 'way' | 'longestLoopDelayMs'>> {
    const file = join(this.#folder, `${way}.duckdb`)
    const countRows = (rows: number) => {
      this.rowsOfRun += rows
      this.#samples.countRows(rows)
    }
    let startedAtMs = Date.now()
    let seconds = 0
    let rows = 0
    let error: string | undefined
    try {
      this.#aborting.signal.throwIfAborted()
      // What a run has left that failed.
      await removeDatabase(file)
      const prepared = await this.#ways[way].prepare({ file, countRows, signal: this.#aborting.signal })
      try {
        startedAtMs = Date.now()
        const startedAt = performance.now()
        await prepared.write()
        seconds = (performance.now() - startedAt) / 1000
        rows = await prepared.countWritten()
      } finally {
        await prepared.close()
        await removeDatabase(file)
      }
    } catch (reason) {
      error = reason instanceof Error ? reason.message : String(reason)
      if (!this.#aborting.signal.aborted) console.error(reason)
    }
    const endedAtMs = startedAtMs + seconds * 1000
    return { startedAtMs, endedAtMs, rows, seconds, ...(error !== undefined && { error }) }
  }
}

async function removeDatabase(file: string): Promise<void> {
  await Promise.all([file, `${file}.wal`].map((path) => rm(path, { force: true })))
}
