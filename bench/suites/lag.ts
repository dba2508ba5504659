import { lagCharts } from '../charts/lag-charts.js'
import { findSqliteObstacle, sqliteInstallation } from '../contenders/sqlite.js'
import { mebibytes } from '../report/mebibytes.js'
import { median } from '../report/median.js'
import type { FigureDefinition, TestReport } from '../report/suite-report.js'
import { toContenderReport } from '../report/to-contender-report.js'
import { runTrials, type Trials } from '../run-trials.js'
import type { ServeResult } from '../tasks/serve-while-writing.js'
import { medianTrial } from './median-trial.js'
import type { Suite, SuitePlan } from './suite.js'

const sqlite = 'better-sqlite3 in a worker'
const names = [
  'row by row',
  'prepared statement',
  'Appender on main',
  'worker, cloned rows',
  'duckpaddle',
  'lmdb',
]
/** How far above idle the 99th percentile of duckpaddle's delays may be. */
const targetMs = 3

const figures: readonly FigureDefinition[] = [
  { name: 'time to write', unit: 's', better: 'less', digits: 2 },
  ...percentiles('loop delay'),
  ...percentiles('request latency'),
  { name: 'main-thread CPU', unit: 's', better: 'less', digits: 2 },
  { name: 'peak memory above start', unit: 'MiB', better: 'less', digits: 0 },
]

/** What a server goes through while rows are written by its process: its event loop, and those who call it. */
export const lag: Suite = {
  defaults: { sizes: [1_000_000], shapes: ['event'] },
  quick: { sizes: [20_000], shapes: ['event'] },
  run,
  charts: lagCharts,
}

async function* run({ sizes, shapes, trials }: SuitePlan): AsyncGenerator<TestReport> {
  const obstacle = await findSqliteObstacle()
  if (obstacle !== undefined) {
    console.log(`better-sqlite3 is not measured (${obstacle}); to add it: ${sqliteInstallation}\n`)
  }
  const contenders = obstacle === undefined ? [...names, sqlite] : names
  for (const shape of shapes) {
    for (const size of sizes) {
      const idle = await runTrials('serveWhileWriting', ['idle'], size, trials, { shape })
      const others = await runTrials('serveWhileWriting', contenders, size, trials, { shape })
      yield toTest(shape, size, trials, [...idle, ...others])
    }
  }
}

function toTest(
  shape: string,
  rows: number,
  trials: number,
  all: readonly Trials<ServeResult>[],
): TestReport {
  return {
    name: `write ${shape} rows`,
    description:
      'Rows from an array into an empty table, while the same thread answers the requests of a client in another ' +
      'process, 200 a second. A latency counts from when the request was due. The loop delay is that of a timer of 1 ms, ' +
      'which is in each of them; a stall is one delay, however long it is. idle writes nothing for 1.5 s; a slow ' +
      'contender is given the first rows only. The main thread answers the requests in its CPU time. lmdb makes ' +
      'transactions as it sees fit; it is waited for until all is on the disk, as it is with the others.',
    rows,
    trials,
    figures,
    contenders: all.map((found) =>
      toContenderReport(
        found,
        {
          'time to write': ({ seconds }) => seconds,
          ...picksOf('loop delay', ({ loopDelayMs }) => loopDelayMs),
          ...picksOf('request latency', ({ requestMs }) => requestMs),
          'main-thread CPU': ({ mainCpuSeconds }) => mainCpuSeconds,
          'peak memory above start': ({ rssGrowthBytes }) => mebibytes(rssGrowthBytes),
        },
        medianTrial(found.results)?.timelines,
      ),
    ),
    remarks: remarksOf(all),
  }
}

function percentiles(name: string): FigureDefinition[] {
  return ['p50', 'p99', 'p99.9', 'max'].map((percentile) => ({
    name: `${name} ${percentile}`,
    unit: 'ms',
    better: 'less',
    digits: 1,
  }))
}

/** None of a trial in which no request was due. */
function picksOf(name: string, pick: (result: ServeResult) => ServeResult['requestMs']) {
  const finite = (value: number) => (Number.isFinite(value) ? value : undefined)
  return {
    [`${name} p50`]: (result: ServeResult) => finite(pick(result).p50),
    [`${name} p99`]: (result: ServeResult) => finite(pick(result).p99),
    [`${name} p99.9`]: (result: ServeResult) => finite(pick(result).p999),
    [`${name} max`]: (result: ServeResult) => finite(pick(result).max),
  }
}

function remarksOf(all: readonly Trials<ServeResult>[]): string[] {
  const resultsOf = (name: string) => all.find(({ contender }) => contender === name)?.results ?? []
  const p99 = (name: string) => median(resultsOf(name).map(({ loopDelayMs }) => loopDelayMs.p99))
  const above = (p99('duckpaddle') - p99('idle')).toFixed(1)
  const receipts = resultsOf('duckpaddle').flatMap(({ receipt }) => receipt ?? [])
  const longest = Math.max(...receipts.map(({ longestSliceMs }) => longestSliceMs))
  const shares = receipts.map(({ overlongSlices, slices }) => (100 * overlongSlices) / slices)
  return [
    `The loop delay of duckpaddle is ${above} ms above that of idle at p99 (target: within ${targetMs})`,
    `duckpaddle encodes in ${median(receipts.map(({ slices }) => slices))} slices, the longest ${longest.toFixed(1)} ms; ` +
      `${median(shares).toFixed(2)}% of them take over twice the budget of 2 ms (target: less than 1%)`,
  ]
}
