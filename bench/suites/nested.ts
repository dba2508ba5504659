import { medianFigure } from '../report/print-report.js'
import type { TestReport } from '../report/suite-report.js'
import { runTrials } from '../run-trials.js'
import { figures, runTest, type Suite, type TestPlan, toTest } from './suite.js'

const base = 'Appender on main, nested values'
const ours = 'duckpaddle'
const scalars = 'duckpaddle, scalars'
const copying = 'copying alone'
const chunks = 'data chunks on main'
const byColumn = 'duckpaddle, by column'

/** What the targets are for. */
const targetRows = 1_000_000
/** Of the other rows: a vector of 384 numbers is as much as many of them. */
const vectorShare = 0.1

/** What it takes to write values that are nested, and numbers that are in memory already. */
export const nested: Suite = {
  defaults: { sizes: [targetRows], shapes: [] },
  quick: { sizes: [5000], shapes: [] },
  async *run({ sizes, trials }) {
    for (const size of sizes) {
      yield await writeNested(size, trials)
      yield await writeVectors(Math.ceil(vectorShare * size), trials)
      yield await writeDoubles(size, trials)
    }
  },
}

async function writeNested(size: number, trials: number): Promise<TestReport> {
  const plan = {
    name: 'write nested rows',
    description:
      'Rows of an id, VARCHAR[] and STRUCT(street VARCHAR, zip VARCHAR, geo DOUBLE[2]) from an array into an empty ' +
      `table. ${base}: listValue() and structValue() by appendList() and appendStruct(), the first rows only. ` +
      `${scalars}: the same with nothing nested, in six columns. The loop delay is that of a timer of 1 ms, which is in ` +
      'each of them; a stall is the longest of them. idle writes nothing for 1.5 s.',
    size,
    trials,
    figures: [
      ...figures('less', 's', 3, 'time to write'),
      { name: 'time per row', unit: 'µs', better: 'less', digits: 2, relativeTo: [base] },
      ...figures('less', 'ms', 1, 'loop delay p99', 'longest stall'),
      ...figures('less', 'µs', 2, 'main-thread CPU per row'),
      ...figures('less', 'MiB', 0, 'peak memory above start'),
    ],
  } as const
  const run = (shape: string, ...names: readonly string[]) =>
    runTrials('writeWatched', names, size, trials, { shape })
  const all = await run('nested', 'idle', base, ours)
  const flat = (await run('flat', ours)).map((found) => ({ ...found, contender: scalars }))
  return toTest(plan, [...all, ...flat], nestedRemarks)
}

function nestedRemarks(test: TestReport): string[] {
  const speed = medianFigure(test, base, 'time per row') / medianFigure(test, ours, 'time per row')
  const delays = (figure: string) =>
    [ours, scalars, 'idle'].map((name) => medianFigure(test, name, figure).toFixed(1))
  const [p99, scalarP99, idleP99] = delays('loop delay p99')
  const [stall, scalarStall, idleStall] = delays('longest stall')
  const target = targetOf(test.rows === targetRows)
  return [
    `${ours} is ${speed.toFixed(1)} times as fast as ${base}${target('at least 3')}`,
    `its loop delay at p99 is ${p99} ms, of scalars ${scalarP99}, idle ${idleP99}${target('as of scalars')}`,
    `its longest stall is ${stall} ms, of scalars ${scalarStall}, idle ${idleStall}${target('as of scalars')}`,
  ]
}

function writeVectors(size: number, trials: number): Promise<TestReport> {
  const plan: TestPlan = {
    name: 'write vectors',
    description:
      'Rows of an id and FLOAT[384], each a Float32Array, from an array into an empty table. ' +
      `${copying}: the bytes are copied on the main thread into buffers of 1 MiB, 64 new ones and then those again, ` +
      'and nothing else is done. The time to encode is what duckpaddle holds the main thread for.',
    task: 'writeRows',
    contenders: [copying, ours],
    size,
    trials,
    options: { shape: 'vectors' },
    figures: [
      ...figures('less', 's', 3, 'time to write'),
      { name: 'encode time', unit: 'ms', better: 'less', digits: 1, relativeTo: [copying] },
      { name: 'main-thread CPU', unit: 's', better: 'less', digits: 3, relativeTo: [copying] },
      ...figures('less', 'MiB', 0, 'peak memory above start'),
    ],
  }
  return runTest(plan, (test) => {
    const ratio = (figure: string) => ratioOf(test, figure, ours, copying).toFixed(2)
    const target = targetOf(test.rows === vectorShare * targetRows)('at most 1.5')
    return [
      `${ours} encodes in ${ratio('encode time')} of the time of ${copying}, ` +
        `and its main thread runs for ${ratio('main-thread CPU')} of that${target}`,
    ]
  })
}

function writeDoubles(size: number, trials: number): Promise<TestReport> {
  const plan: TestPlan = {
    name: 'write doubles by column',
    description:
      `Twenty columns of DOUBLE into an empty table. ${byColumn}: a Float64Array for each of them; ${ours}: an array of ` +
      `objects. ${chunks}: an Appender on the main thread is given chunks that are in memory as DuckDB has them, which ` +
      "is DuckDB's own time.",
    task: 'writeRows',
    contenders: [chunks, byColumn, ours],
    size,
    trials,
    options: { shape: 'doubles' },
    figures: [
      { name: 'time to write', unit: 's', better: 'less', digits: 3, relativeTo: [chunks] },
      { name: 'main-thread CPU', unit: 's', better: 'less', digits: 3, relativeTo: [ours] },
      ...figures('less', 'ms', 1, 'encode time'),
      ...figures('less', 'MiB', 0, 'peak memory above start'),
    ],
  }
  return runTest(plan, (test) => {
    const ratio = (figure: string, other: string) => ratioOf(test, figure, byColumn, other).toFixed(2)
    const target = targetOf(test.rows === targetRows)
    return [
      `${byColumn} takes ${ratio('time to write', chunks)} of the time of ${chunks}${target('at most 1')}`,
      `its main thread runs for ${ratio('main-thread CPU', ours)} of what it does for rows, ` +
        `and encodes for ${ratio('encode time', ours)} of that${target('at most 0.1')}`,
    ]
  })
}

function ratioOf(test: TestReport, figure: string, name: string, other: string): number {
  return medianFigure(test, name, figure) / medianFigure(test, other, figure)
}

function targetOf(isFull: boolean): (text: string) => string {
  return (text) => (isFull ? ` (target: ${text})` : '')
}
