import { lagCharts } from '../charts/lag-charts.js'
import { findSqlite } from '../contenders/sqlite.js'
import { medianFigure } from '../report/print-report.js'
import { median, percentiles } from '../report/statistics.js'
import type { TestReport } from '../report/suite-report.js'
import { runTrials, type Trials } from '../run-trials.js'
import { figures, type Suite, type SuitePlan, type TestPlan, toTest } from './suite.js'

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

const allOf = (name: string) => Object.keys(percentiles).map((percentile) => `${name} ${percentile}`)

const shownFigures = [
  ...figures('less', 's', 2, 'time to write'),
  ...figures('less', 'ms', 1, ...allOf('loop delay'), ...allOf('request latency')),
  ...figures('less', 's', 2, 'main-thread CPU'),
  ...figures('less', 'MiB', 0, 'peak memory above start'),
]

/** What a server goes through while rows are written by its process: its event loop, and those who call it. */
export const lag: Suite = {
  defaults: { sizes: [1_000_000], shapes: ['event'] },
  quick: { sizes: [20_000], shapes: ['event'] },
  run,
  charts: lagCharts,
}

async function* run({ sizes, shapes, trials }: SuitePlan): AsyncGenerator<TestReport> {
  const others = [...names, ...(await findSqlite())]
  for (const shape of shapes) {
    for (const size of sizes) {
      const run = (contenders: readonly string[]) =>
        runTrials('serveWhileWriting', contenders, size, trials, { shape })
      // idle takes no turns with the others: it is what they are measured against.
      const all = [...(await run(['idle'])), ...(await run(others))]
      yield toTest(planOf(shape, size, trials), all, remarksOf)
    }
  }
}

function planOf(shape: string, size: number, trials: number): Omit<TestPlan, 'task' | 'contenders'> {
  return {
    name: `write ${shape} rows`,
    description:
      'Rows from an array into an empty table, while the same thread answers the requests of a client in another ' +
      'process, 200 a second. A latency counts from when the request was due. The loop delay is that of a timer of 1 ms, ' +
      'which is in each of them; a stall is one delay, however long it is. idle writes nothing for 1.5 s; a slow ' +
      'contender is given the first rows only. The main thread answers the requests in its CPU time. lmdb makes ' +
      'transactions as it sees fit; it is waited for until all is on the disk, as it is with the others.',
    size,
    trials,
    figures: shownFigures,
  }
}

function remarksOf(test: TestReport, all: readonly Trials[]): string[] {
  const p99 = (name: string) => medianFigure(test, name, 'loop delay p99')
  const above = (p99('duckpaddle') - p99('idle')).toFixed(1)
  const results = all.find(({ contender }) => contender === 'duckpaddle')?.results ?? []
  const valuesOf = (name: string) => results.map(({ values }) => values[name] ?? Number.NaN)
  const slices = valuesOf('slices')
  const shares = valuesOf('overlong slices').map((overlong, trial) => (100 * overlong) / (slices[trial] ?? 0))
  return [
    `The loop delay of duckpaddle is ${above} ms above that of idle at p99 (target: within ${targetMs})`,
    `duckpaddle encodes in ${median(slices)} slices, the longest ${Math.max(...valuesOf('longest slice')).toFixed(1)} ms; ` +
      `${median(shares).toFixed(2)}% of them take over twice the budget of 2 ms (target: less than 1%)`,
  ]
}
