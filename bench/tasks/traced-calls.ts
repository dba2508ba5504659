import { tracingChannel } from 'node:diagnostics_channel'
import { join } from 'node:path'
import type { TraceContexts } from 'duckpaddle'
import * as build from 'duckpaddle'
import { Bench } from 'tinybench'
import { type Library, loadUntracedCopy } from '../contenders/untraced-copy.js'
import { mainThreadCpuSeconds } from '../measure/main-thread-cpu.js'
import { readDuckDB } from '../read-back/read-duckdb.js'
import { median } from '../report/statistics.js'
import { reading } from '../shapes/reading.js'
import { verifyCalls } from './calls.js'
import type { Task } from './task.js'

/** What is compared with a copy of the build that has no tracing; the last is another such copy, and shows the noise. */
export const tracedNames = [
  'duckpaddle, no subscribers',
  'duckpaddle, every channel subscribed',
  'tracing taken out',
] as const

/** What is found of calls, those of the copy included. */
export const tracedFigures = {
  perSecond: 'calls per second',
  untracedPerSecond: 'calls per second, tracing taken out',
  cpu: 'main-thread CPU per call',
  untracedCpu: 'CPU per call, tracing taken out',
  times: 'times tracing taken out',
  check: 'time per check',
} as const

const channelNames: readonly (keyof TraceContexts)[] = [
  ...(['duckpaddle:open', 'duckpaddle:persist', 'duckpaddle:commit', 'duckpaddle:query'] as const),
  ...(['duckpaddle:transaction', 'duckpaddle:checkpoint', 'duckpaddle:worker'] as const),
]
const warmUpRounds = 5
const rounds = 20

/** Calls `persist([row])` on a table without a key, of callers that each await it. */
export const tracePersist: Task = comparing('duckpaddle:persist', async ({ open }, path) => {
  const db = await open(path, { threads: 1 })
  const table = await db.table(reading.table, { columns: reading.columns })
  const written: number[] = []
  return {
    call() {
      const value = written.length
      written.push(value)
      return table.persist([{ ...reading.makeRow(value), value }])
    },
    async verify() {
      await db.close()
      return verifyCalls({ readBack: readDuckDB }, path, reading, 0, written)
    },
  }
})

/** Calls `query()` for one row, of callers that each await it. */
export const traceQuery: Task = comparing('duckpaddle:query', async ({ open }, path) => {
  const db = await open(path, { threads: 1 })
  let answered = 0
  return {
    async call() {
      const rows = await db.query('SELECT 42 AS answer')
      if (rows.length !== 1 || rows[0]?.answer !== 42)
        throw new Error(`Expected 42, got ${JSON.stringify(rows)}`)
      answered++
    },
    async verify() {
      await db.close()
      return answered
    },
  }
})

interface Caller {
  call(): Promise<unknown>
  /** Closes the database. @returns how many rows were found right. */
  verify(): Promise<number>
}

/** Rounds of calls of two builds of the library take turns in one process. */
function comparing(
  channel: keyof TraceContexts,
  open: (library: Library, path: string) => Promise<Caller>,
): Task {
  return async (name, callers, folder, { seconds = 0.5 }) => {
    const events = name === 'duckpaddle, every channel subscribed' ? countEvents() : undefined
    const isCopy = name === 'tracing taken out'
    const library = isCopy ? await loadUntracedCopy(join(folder, 'other copy')) : build
    const own = await open(library, join(folder, 'own.duckdb'))
    const untraced = await open(await loadUntracedCopy(join(folder, 'copy')), join(folder, 'copy.duckdb'))
    const found: Record<'own' | 'untraced', Round[]> = { own: [], untraced: [] }
    for (let round = -warmUpRounds; round < rounds; round++) {
      const both = [['own', own] as const, ['untraced', untraced] as const]
      for (const [which, { call }] of round % 2 === 0 ? both : both.reverse()) {
        const measured = await callFor(seconds / 5, callers, call)
        if (round >= 0) found[which].push(measured)
      }
    }
    const ofOwn = found.own.map(({ cpuMicros }) => cpuMicros)
    const ofUntraced = found.untraced.map(({ cpuMicros }) => cpuMicros)
    const verifiedRows = await own.verify()
    await untraced.verify()
    const published = events?.get(channel) ?? 0
    if (events !== undefined && published !== verifiedRows) {
      throw new Error(`Expected an event of ${channel} for each of ${verifiedRows} calls, got ${published}`)
    }
    return {
      verifiedRows,
      values: {
        [tracedFigures.perSecond]: median(found.own.map(({ perSecond }) => perSecond)),
        [tracedFigures.untracedPerSecond]: median(found.untraced.map(({ perSecond }) => perSecond)),
        [tracedFigures.cpu]: median(ofOwn),
        [tracedFigures.untracedCpu]: median(ofUntraced),
        [tracedFigures.times]: median(ofOwn.map((micros, at) => micros / Number(ofUntraced[at]))),
        [tracedFigures.check]: events === undefined && !isCopy ? nanosPerCheck() : undefined,
      },
    }
  }
}

/** Subscribes to every event of every channel. @returns how many `asyncEnd` of each there have been, by its name. */
function countEvents(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>()
  const ignore = () => undefined
  for (const name of channelNames) {
    const count = () => counts.set(name, (counts.get(name) ?? 0) + 1)
    tracingChannel(name).subscribe({
      start: ignore,
      end: ignore,
      error: ignore,
      asyncStart: ignore,
      asyncEnd: count,
    })
  }
  return counts
}

interface Round {
  readonly perSecond: number
  /** Of the main thread, of each call. */
  readonly cpuMicros: number
}

/** Each of the callers calls at least once, and again until the time is over. */
async function callFor(seconds: number, callers: number, call: () => Promise<unknown>): Promise<Round> {
  let calls = 0
  const cpuBefore = await mainThreadCpuSeconds()
  const startedAt = performance.now()
  const endsAt = startedAt + 1000 * seconds
  const callAgain = async () => {
    do {
      await call()
      calls++
    } while (performance.now() < endsAt)
  }
  await Promise.all(Array.from({ length: callers }, callAgain))
  const perSecond = (1000 * calls) / (performance.now() - startedAt)
  return { perSecond, cpuMicros: (1e6 * ((await mainThreadCpuSeconds()) - cpuBefore)) / calls }
}

/** How long it takes to find out that a channel has no subscribers; the loop around it included. */
function nanosPerCheck(): number {
  const channels = channelNames.map((name) => tracingChannel(name))
  const checks = 70_000
  const bench = new Bench({ time: 60, warmupTime: 20, iterations: 10 })
  let subscribed = 0
  bench.add('check', () => {
    // In turns, so that no compiler asks only once.
    for (let check = 0; check < checks; check++)
      if (channels[check % channels.length]?.hasSubscribers) subscribed++
  })
  const result = bench.runSync()[0]?.result
  if (result?.state !== 'completed' || subscribed > 0) throw new Error(`The checks ended as ${result?.state}`)
  return (result.latency.p50 * 1e6) / checks
}
