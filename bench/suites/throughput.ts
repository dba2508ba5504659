import { throughputCharts } from '../charts/throughput-charts.js'
import { rowLimits } from '../contenders/index.js'
import { medianFigure } from '../report/print-report.js'
import type { TestReport } from '../report/suite-report.js'
import { figures, runTest, type Suite, type SuitePlan } from './suite.js'

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
const shapes = Object.keys(sizesOfShapes)

/** How long it takes to write rows of several shapes, from the call to the commit, and what it takes besides time. */
export const throughput: Suite = {
  defaults: { sizes: [1000, 10_000, 100_000, 1_000_000], shapes },
  quick: { sizes: [500], shapes },
  run,
  charts: throughputCharts,
}

async function* run({ shapes, sizes: asked, trials }: SuitePlan): AsyncGenerator<TestReport> {
  for (const shape of shapes) {
    // The suite's own array: no other was asked for.
    const isOwn = asked === throughput.defaults.sizes
    const sizes = ((isOwn ? sizesOfShapes[shape] : undefined) ?? asked).toSorted((a, b) => a - b)
    for (const size of sizes) {
      const contenders = names.filter((name) => isWorthwhile(name, size, sizes))
      if (shape === 'key-value') contenders.unshift(stringifyAlone)
      yield await write(shape, size, contenders, trials)
    }
  }
}

/** A slow contender is given the sizes up to its limit, and one above it if the limit itself is not among them. */
function isWorthwhile(name: string, size: number, sizes: readonly number[]): boolean {
  const limit = rowLimits[name]
  if (limit === undefined || size <= limit) return true
  return size === sizes.find((other) => other >= limit)
}

function write(shape: string, size: number, contenders: readonly string[], trials: number) {
  const plan = {
    name: `write ${shape} rows`,
    description:
      'Rows from an array into an empty table, one transaction, from the call to the commit. A slow contender is given ' +
      'the first rows only, and is left out where it would be given the same rows again.',
    task: 'writeRows',
    contenders,
    size,
    trials,
    options: { shape },
    figures: [
      { name: 'time to write', unit: 's', better: 'less', digits: 4, relativeTo: [base] },
      ...figures('more', 'rows/s', 0, 'rows per second'),
      ...figures('less', 's', 4, 'main-thread CPU'),
      ...figures('less', 'µs', 2, 'main-thread CPU per row'),
      ...figures('less', 'MiB', 0, 'peak memory above start'),
    ],
  } as const
  return runTest(plan, (test) => remarksOf(shape, test))
}

/** With what the bar is at 1,000,000 rows. */
function remarksOf(shape: string, test: TestReport): string[] {
  const target = (text: string) => (test.rows === 1_000_000 ? ` (target: ${text})` : '')
  const ratio = (figure: string, other: string) =>
    medianFigure(test, 'duckpaddle', figure) / medianFigure(test, other, figure)
  const share = ratio('time to write', base)
  const bound = shape === 'key-value' ? target('at most 0.9') : ''
  const remarks = [`duckpaddle takes ${share.toFixed(2)} of the time of the ${base}${bound}`]
  if (shape === 'numeric') {
    remarks.push(
      `duckpaddle is ${(1 / share).toFixed(1)} times as fast as the ${base}${target('at least 3')}`,
    )
  }
  const cpu = ratio('main-thread CPU', stringifyAlone)
  if (Number.isFinite(cpu)) {
    const times = `${cpu.toFixed(2)} times the CPU time of ${stringifyAlone}`
    remarks.push(`duckpaddle keeps the main thread for ${times}${target('at most 1.3')}`)
  }
  return remarks
}
