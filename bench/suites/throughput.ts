import { throughputCharts } from '../charts/throughput-charts.js'
import { rowLimits } from '../contenders/index.js'
import { mebibytes } from '../report/mebibytes.js'
import { median } from '../report/median.js'
import type { FigureDefinition, TestReport } from '../report/suite-report.js'
import { toContenderReport } from '../report/to-contender-report.js'
import { runTrials } from '../run-trials.js'
import type { Suite, SuitePlan } from './suite.js'
import { throughputRemarks } from './throughput-remarks.js'

const base = 'Appender on main'
const stringifyAlone = 'JSON.stringify alone'
const names = ['row by row', 'prepared statement', base, 'worker, cloned rows', 'duckpaddle']

/** Without `--rows`: three minutes in all, on two cores. */
const sizesOfShapes: Readonly<Record<string, readonly number[]>> = {
  event: [1000, 10_000, 100_000, 1_000_000],
  'key-value': [1_000_000],
  numeric: [1_000_000],
  // 1,000,000 would be more than 1 GB.
  text: [100_000],
}

const figures: readonly FigureDefinition[] = [
  { name: 'time to write', unit: 's', better: 'less', digits: 4, relativeTo: [base] },
  { name: 'rows per second', unit: 'rows/s', better: 'more', digits: 0 },
  { name: 'main-thread CPU', unit: 's', better: 'less', digits: 4 },
  { name: 'main-thread CPU per row', unit: 'µs', better: 'less', digits: 2 },
  { name: 'peak memory above start', unit: 'MiB', better: 'less', digits: 0 },
]

/** How long it takes to write rows of several shapes, from the call to the commit, and what it takes besides time. */
export const throughput: Suite = {
  defaults: { sizes: [1000, 10_000, 100_000, 1_000_000], shapes: ['event', 'key-value', 'numeric', 'text'] },
  quick: { sizes: [500], shapes: ['event', 'key-value', 'numeric', 'text'] },
  run,
  charts: throughputCharts,
}

async function* run(plan: SuitePlan): AsyncGenerator<TestReport> {
  for (const shape of plan.shapes) {
    // The suite's own array: no other was asked for.
    const isOwn = plan.sizes === throughput.defaults.sizes
    const sizes = ((isOwn ? sizesOfShapes[shape] : undefined) ?? plan.sizes).toSorted((a, b) => a - b)
    for (const size of sizes) yield await write(shape, size, sizes, plan.trials)
  }
}

async function write(
  shape: string,
  size: number,
  sizes: readonly number[],
  trials: number,
): Promise<TestReport> {
  const contenders = names.filter((name) => isWorthwhile(name, size, sizes))
  if (shape === 'key-value') contenders.unshift(stringifyAlone)
  const all = await runTrials('writeRows', contenders, size, trials, { shape })
  return {
    name: `write ${shape} rows`,
    description:
      'Rows from an array into an empty table, one transaction, from the call to the commit. A slow contender is given ' +
      'the first rows only, and is left out where it would be given the same rows again.',
    rows: size,
    trials,
    figures,
    contenders: all.map((found) =>
      toContenderReport(found, {
        'time to write': ({ seconds }) => seconds,
        'rows per second': ({ seconds }) => found.rows / seconds,
        'main-thread CPU': ({ mainCpuSeconds }) => mainCpuSeconds,
        'main-thread CPU per row': ({ mainCpuSeconds }) =>
          mainCpuSeconds === undefined ? undefined : (1e6 * mainCpuSeconds) / found.rows,
        'peak memory above start': ({ rssGrowthBytes, verifiedRows }) =>
          verifiedRows === null ? undefined : mebibytes(rssGrowthBytes),
      }),
    ),
    remarks: throughputRemarks(shape, size, (contender, figure) => {
      const results = all.find((found) => found.contender === contender)?.results ?? []
      return median(
        results.map(({ seconds, mainCpuSeconds }) =>
          figure === 'time' ? seconds : (mainCpuSeconds ?? Number.NaN),
        ),
      )
    }),
  }
}

/** A slow contender is given the sizes up to its limit, and one above it if the limit itself is not among them. */
function isWorthwhile(name: string, size: number, sizes: readonly number[]): boolean {
  const limit = rowLimits[name]
  if (limit === undefined || size <= limit) return true
  return size === sizes.find((other) => other >= limit)
}
