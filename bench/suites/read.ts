import { medianFigure } from '../report/print-report.js'
import type { TestReport } from '../report/suite-report.js'
import { figures, runTest, type Suite, type SuitePlan } from './suite.js'

const base = 'node-api on main'
const ways = ['duckpaddle, query', 'duckpaddle, stream', 'duckpaddle, columns']
const readers = ['idle', 'making rows alone', base, `${base}, columns`, ...ways]

/** What the bar allows: of the loop's delays above idle at p99, and of the longest of them. */
const [delayTargetMs, stallTargetMs] = [3, 15]
/** Of a table, and of a store; the wide table has its share. */
const targetRows = 1_000_000
/** Of the rows of a table with few columns, so many are as many values in one of twenty. */
const wideShare = 0.3

/** What it takes to read many rows, and what the event loop goes through meanwhile. */
export const read: Suite = {
  defaults: { sizes: [1_000_000], shapes: ['event', 'doubles'] },
  quick: { sizes: [5000], shapes: ['event', 'doubles'] },
  run,
}

async function* run({ sizes, shapes, trials }: SuitePlan): AsyncGenerator<TestReport> {
  for (const size of sizes) {
    for (const shape of shapes) {
      yield await readRows(shape, shape === 'doubles' ? Math.ceil(wideShare * size) : size, trials)
    }
    yield await openStore(size, trials)
  }
}

const delays =
  'The loop delay is that of a timer of 1 ms, which is in each of them; a stall is the longest of them. idle reads ' +
  'nothing for 1.5 s.'

const readFigures = [
  { name: 'time to read', unit: 's', better: 'less', digits: 3, relativeTo: [base] },
  ...figures('less', 'ms', 1, 'loop delay p99', 'longest stall'),
  ...figures('less', 's', 2, 'main-thread CPU'),
  ...figures('less', 'MiB', 0, 'peak memory above start'),
] as const

function readRows(shape: string, size: number, trials: number): Promise<TestReport> {
  const plan = {
    name: `read ${shape} rows`,
    description:
      `All rows of a table in a file, JSON as its text, after some of them have warmed the code up. ${base}: ` +
      'runAndReadAll() and getRowObjectsJS(), or getColumnsObjectJS(). A stream keeps none of its rows, the others ' +
      'hold all of them. making rows alone reads none: it makes them of what is in memory, in slices of 2 ms, and holds ' +
      `them, which is what V8 itself takes. ${delays}`,
    task: 'readRows',
    contenders: readers,
    size,
    trials,
    options: { shape },
    figures: readFigures,
  } as const
  return runTest(plan, (test) => remarksOf(test, ways, shape === 'doubles' ? 0.2 : 0.5))
}

const adapter = 'DuckDBStorageAdapter'

function openStore(size: number, trials: number): Promise<TestReport> {
  const plan = {
    name: 'open a store',
    description:
      'A store of records of about 140 bytes of JSON is opened, from the start of its worker until all keys are in ' +
      `memory; values are parsed when they are asked for. ${base}: opens the file, and makes a Map of what ` +
      `getRows() has, values as text. ${delays}`,
    task: 'openStore',
    contenders: ['idle', base, adapter],
    size,
    trials,
    figures: readFigures,
  } as const
  return runTest(plan, (test) => remarksOf(test, [adapter]))
}

/** @param share - Of the time of node-api, what it may take; undefined where that is no target. */
function remarksOf(test: TestReport, names: readonly string[], share?: number): string[] {
  const figure = (name: string, of: string) => medianFigure(test, name, of)
  const isFull = test.rows === targetRows || test.rows === wideShare * targetRows
  const target = (text: string) => (isFull ? ` (target: ${text})` : '')
  return names.map((name) => {
    const part = (figure(name, 'time to read') / figure(base, 'time to read')).toFixed(2)
    const above = (figure(name, 'loop delay p99') - figure('idle', 'loop delay p99')).toFixed(1)
    return [
      `${name} takes ${part} of the time of ${base}${share === undefined ? '' : target(`at most ${share}`)}`,
      `its loop delay is ${above} ms above that of idle at p99${target(`within ${delayTargetMs}`)}`,
      `its longest stall ${figure(name, 'longest stall').toFixed(1)} ms${target(`at most ${stallTargetMs}`)}`,
    ].join(', ')
  })
}
