import { Misuse } from '../arguments.js'
import { findSqlite } from '../contenders/sqlite.js'
import { medianFigure } from '../report/print-report.js'
import type { TestReport } from '../report/suite-report.js'
import { runTrials } from '../run-trials.js'
import { besideNames } from '../tasks/call-beside.js'
import { callFigures } from '../tasks/calls.js'
import { byCallers, callerFigures, nameOfCallers } from './by-callers.js'
import { figures, runTest, type Suite, type SuitePlan, toTest } from './suite.js'
import { traceCalls } from './tracing.js'

/** Callers that await their calls of one row each, alone, beside a bulk call, and traced; and rows that are piped. */
export const small: Suite = {
  defaults: { sizes: [1_000_000], shapes: [] },
  quick: { sizes: [500], shapes: [] },
  run,
}

type Test = (name: string, size: number, plan: SuitePlan) => Promise<TestReport>

const key = 'duckpaddle, key'
const primaryKey = 'duckpaddle, primaryKey'
const tests: Readonly<Record<string, Test>> = {
  'plain table': callPlain,
  'key on BIGINT, new keys': callKeyed('callNew', key, 'reading', 50_000),
  'key on BIGINT, existing keys': callKeyed('callExisting', key, 'reading', 20_000),
  'key on VARCHAR, new keys': callKeyed('callNew', key, 'named-reading', 15_000),
  'key on VARCHAR, existing keys': callKeyed('callExisting', key, 'named-reading', 15_000),
  'primaryKey, new keys': callKeyed('callNew', primaryKey, 'reading'),
  'primaryKey, existing keys': callKeyed('callExisting', primaryKey, 'reading'),
  'beside bulk calls': callBeside,
  stream,
  'tracing, persist': traceCalls('tracePersist'),
  'tracing, query': traceCalls('traceQuery'),
}

async function* run(plan: SuitePlan): AsyncGenerator<TestReport> {
  const asked = Object.entries(tests).filter(([name]) => name.includes(plan.only))
  if (asked.length === 0) {
    const names = Object.keys(tests).join('; ')
    throw new Misuse(`Expected --only to be part of one of ${names}, got ${JSON.stringify(plan.only)}`)
  }
  for (const size of plan.sizes) {
    for (const [name, test] of asked) yield await test(name, size, plan)
  }
}

const [perSecond, p50, p99] = callFigures
const oneRow = 'one-row DuckDB transaction'
/** `put()` resolves at the commit, and with the first of them waits for the disk. */
const puts = ['lmdb', 'lmdb, unflushed']

async function callPlain(name: string, size: number, plan: SuitePlan): Promise<TestReport> {
  const contenders = ['duckpaddle', oneRow, ...puts, ...(await findSqlite())]
  const test = {
    name,
    description:
      `A table without a key. ${callsNote} ${oneRow}: on main, by an Appender that stays open. lmdb groups its puts, and ` +
      'waits until they are on the disk, as the others do, but for unflushed. Of better-sqlite3, what waits in its worker ' +
      'shares a transaction.',
  }
  // Enough to warm the code up.
  return runCalls(test, 'callNew', contenders, 'reading', Math.min(size, 10_000), plan, (report) => [
    ...towards(report, 'duckpaddle', 100, 20_000),
    ...towards(report, 'duckpaddle', 1000, 100_000),
    ...puts.flatMap((other) => ratio(report, perSecond, 1000, other, 'at least 0.5')),
    ...ratio(report, p50, 1, oneRow, 'at most 1.5'),
  ])
}

const callsNote =
  'Callers that each await their call of one row, again and again. One process has first one caller, then 10 and so on; ' +
  'rows are those that were there before.'

function callKeyed(
  task: 'callNew' | 'callExisting',
  contender: string,
  shape: 'reading' | 'named-reading',
  target?: number,
): Test {
  return (name, size, plan) => {
    const isNew = task === 'callNew'
    const what = isNew
      ? 'Each has a new key.'
      : "Scattered rows that are there get new values, by onConflict: 'update'."
    const test = { name, description: `${callsNote} ${what}` }
    return runCalls(test, task, [contender], shape, size, plan, (report) =>
      target === undefined ? [] : towards(report, contender, 1000, target),
    )
  }
}

async function runCalls(
  test: Pick<TestReport, 'name' | 'description'>,
  task: 'callNew' | 'callExisting',
  contenders: readonly string[],
  shape: string,
  size: number,
  { trials, isQuick, seconds = isQuick ? 0.02 : 0.5 }: SuitePlan,
  remarks: (report: TestReport) => readonly string[],
): Promise<TestReport> {
  const all = await runTrials(task, contenders, size, trials, { shape, seconds })
  return toTest({ ...test, size, trials, figures: callerFigures() }, all.flatMap(byCallers), remarks)
}

/** Nothing where it was not measured. */
function towards(report: TestReport, contender: string, callers: number, target: number): string[] {
  const name = nameOfCallers(contender, callers)
  const share = medianFigure(report, name, perSecond) / target
  return Number.isNaN(share) ? [] : [`${name}: ${share.toFixed(3)} of the target of ${target} calls/s`]
}

/** How many times another contender's figure duckpaddle's is. */
function ratio(report: TestReport, figure: string, callers: number, other: string, target: string): string[] {
  const [own, others] = ['duckpaddle', other].map((name) => nameOfCallers(name, callers))
  const times = medianFigure(report, String(own), figure) / medianFigure(report, String(others), figure)
  return Number.isNaN(times)
    ? []
    : [`${own}: ${figure} is ${times.toFixed(3)} of that of ${other} (target: ${target})`]
}

function callBeside(name: string, size: number, { trials }: SuitePlan): Promise<TestReport> {
  const plan = {
    name,
    description:
      'Every 10 ms a call of one row, while the rows of an event are persisted from an array to a table without a key: ' +
      'to the same table, or to one with a key and as many rows. A latency counts from when the call was due. Bulk calls ' +
      'alone and beside the small ones take turns.',
    task: 'callBeside',
    contenders: besideNames,
    size,
    trials,
    figures: [
      ...figures('less', 'ms', 2, p50, p99),
      ...figures('neither', '', 0, 'small calls'),
      ...figures('less', 's', 3, 'bulk call alone', 'bulk call beside'),
      ...figures('less', '', 2, 'times alone'),
    ],
  } as const
  return runTest(plan, (report) =>
    besideNames.map((contender) => {
      const [worst, times] = [p99, 'times alone'].map((figure) =>
        medianFigure(report, contender, figure).toFixed(2),
      )
      return `${contender}: p99 is ${worst} ms (target: within 25), a bulk call takes ${times} times as long (target: at most 1.3)`
    }),
  )
}

function stream(name: string, size: number, { trials }: SuitePlan): Promise<TestReport> {
  const [base, streamed] = ['duckpaddle, async generator', 'duckpaddle, write stream']
  const [time, peak] = ['time to write', 'peak memory above start']
  const plan = {
    name,
    description:
      'Rows of an event from an async generator: persisted by one call, or by pipeline() into a write stream.',
    task: 'streamRows',
    contenders: [base, streamed],
    size,
    trials,
    figures: [
      { name: time, unit: 's', better: 'less', digits: 2, relativeTo: [base] },
      { name: peak, unit: 'MiB', better: 'less', digits: 0, relativeTo: [base] },
    ],
  } as const
  return runTest(plan, (report) => {
    const times = medianFigure(report, streamed, time) / medianFigure(report, base, time)
    return [`${streamed} takes ${times.toFixed(2)} times the time of ${base} (target: at most 1.3)`]
  })
}
