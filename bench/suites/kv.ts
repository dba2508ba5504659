import { medianFigure } from '../report/print-report.js'
import { median } from '../report/statistics.js'
import type { TestReport } from '../report/suite-report.js'
import type { Trials } from '../run-trials.js'
import { changedRecords, planCallers, planChanges, planRepeats, planSets } from '../tasks/records.js'
import { byRounds, figures, runTest, type Suite, type SuitePlan } from './suite.js'

/** A store of keys and JSON values: new records, changed ones, records that are committed each, and a long run. */
export const kv: Suite = {
  defaults: { sizes: [1000, 100_000], shapes: [] },
  quick: { sizes: [300], shapes: [] },
  run,
}

/** And ten times that: a store of more than 1,000,000 would be mostly time to fill it. */
const largestChanged = 100_000

async function* run({ sizes, trials, isQuick }: SuitePlan): AsyncGenerator<TestReport> {
  const largest = Math.max(...sizes)
  for (const size of sizes) yield await save(size, trials)
  const changed = Math.min(largest, largestChanged)
  let smaller: TestReport | undefined
  for (const size of isQuick ? [changed] : [changed, 10 * changed]) {
    smaller = await change(size, trials, smaller)
    yield smaller
  }
  yield await setTogether(largest, trials)
  yield await setAlone(largest, trials)
  yield await rounds(largest, trials)
}

const adapter = 'DuckDBStorageAdapter'
const perSecond = 'records per second'
/** What the adapter is to be how many times as fast as, at 100,000 records. */
const targets = { 'row by row': 200, 'prepared statement': 80 } as const

/** How long it takes to save new records, and how much memory. */
function save(size: number, trials: number): Promise<TestReport> {
  const plan = {
    name: 'save',
    description:
      'New records of about 140 bytes of JSON, in one transaction, but for lmdb, which groups its puts. Row by row and ' +
      'prepared: INSERT OR REPLACE, on a PRIMARY KEY; the Appender has no key to look after. The time to save is ' +
      'that of persist() for the adapter, whose setMany() before it is beside it.',
    task: 'saveRecords',
    contenders: [...Object.keys(targets), 'Appender on main', adapter, 'lmdb'],
    size,
    trials,
    figures: [
      ...figures('less', 's', 4, 'time to save', 'time of setMany'),
      { name: perSecond, unit: 'records/s', better: 'more', digits: 0, relativeTo: Object.keys(targets) },
      ...figures('less', 'ms', 2, 'longest slice (budget 2)'),
      ...figures('less', 'MiB', 0, 'peak memory above start'),
    ],
  } as const
  return runTest(plan, saveRemarks)
}

function saveRemarks(test: TestReport, all: readonly Trials[]): string[] {
  const results = all.find(({ contender }) => contender === adapter)?.results ?? []
  const seconds = results.map(
    ({ values }) => (values['time to save'] ?? 0) + (values['time of setMany'] ?? 0),
  )
  return Object.entries(targets).map(([base, target]) => {
    const slow = medianFigure(test, base, perSecond)
    const ratio = (medianFigure(test, adapter, perSecond) / slow).toFixed(1)
    const bound = test.rows === 100_000 ? ` (target: at least ${target})` : ''
    const withSetMany = (test.rows / median(seconds) / slow).toFixed(1)
    return (
      `${adapter} saves ${ratio} times as many records per second as ${base}${bound}, ` +
      `${withSetMany} times with setMany() included`
    )
  })
}

const onConflict = 'ON CONFLICT, PRIMARY KEY'

/**
 * What it costs to change a few records of many, and whether it costs more the more there are.
 *
 * @param smaller - The same of a smaller store.
 */
function change(size: number, trials: number, smaller: TestReport | undefined): Promise<TestReport> {
  const { rounds, budgetMs, leastRounds } = planChanges
  const plan = {
    name: 'change',
    description:
      `${changedRecords(size)} scattered records of ${size} change, one transaction; the median of ` +
      `${rounds} rounds, or of as many as ${budgetMs / 1000} s are enough for, at least ` +
      `${leastRounds}. The adapter: setMany() and persist(). The other: SQL on main, DuckDB as it is by ` +
      'default, from a temporary staging table that an Appender fills.',
    task: 'changeRecords',
    contenders: [adapter, onConflict],
    size,
    trials,
    figures: [
      ...figures('less', 'ms', 2, 'time per round'),
      ...figures('less', 'ms', 1, 'slowest round'),
      { name: 'rounds per second', unit: '1/s', better: 'more', digits: 1, relativeTo: [onConflict] },
    ],
  } as const
  return runTest(plan, (test) => changeRemarks(test, smaller))
}

function changeRemarks(test: TestReport, smaller: TestReport | undefined): string[] {
  const target = (text: string) => (test.rows === 1_000_000 ? ` (target: ${text})` : '')
  const roundMs = (of: TestReport, name: string) => medianFigure(of, name, 'time per round')
  const own = roundMs(test, adapter)
  const times = (roundMs(test, onConflict) / own).toFixed(1)
  const speed = `${adapter} is ${times} times as fast as ${onConflict} at ${test.rows}${target('at least 10')}`
  // Where not as many records change, it is not the size of the store that tells.
  if (smaller === undefined || changedRecords(smaller.rows) !== changedRecords(test.rows)) return [speed]
  const share = (own / roundMs(smaller, adapter)).toFixed(2)
  const growth = `${adapter}'s round at ${test.rows} takes ${share} of that at ${smaller.rows}`
  return [speed, growth + target('at most 1.3')]
}

const durabilityNote =
  'The adapter has durability: each. lmdb is as it is by default: put() resolves at the commit; flushed waits for the ' +
  'disk too, as a commit of DuckDB does.'

/** Records that are committed before their callers go on: many callers. */
function setTogether(size: number, trials: number): Promise<TestReport> {
  const { callers, rounds } = planCallers(size)
  return runTest({
    name: 'set together',
    description: `${callers} callers at once, each of which awaits the set of its record ${rounds} times. ${durabilityNote}`,
    task: 'setTogether',
    contenders: [adapter, 'lmdb', 'lmdb, flushed'],
    size,
    rows: callers,
    trials,
    figures: [{ name: 'sets per second', unit: 'sets/s', better: 'more', digits: 0, relativeTo: ['lmdb'] }],
  })
}

/** Records that are committed before their caller goes on: one caller. */
function setAlone(size: number, trials: number): Promise<TestReport> {
  const commit = 'DuckDB commit on main'
  const { warmUpSets, sets } = planSets(size)
  return runTest({
    name: 'set alone',
    description:
      `One caller, which awaits each of its sets of new records; the median of ${sets}, after ${warmUpSets} to warm ` +
      `up. ${durabilityNote} ${commit}: BEGIN, one row appended, COMMIT.`,
    task: 'setAlone',
    contenders: [adapter, commit, 'lmdb', 'lmdb, flushed'],
    size,
    rows: warmUpSets + sets,
    trials,
    figures: [
      { name: 'time per set', unit: 'ms', better: 'less', digits: 3, relativeTo: [commit] },
      { name: 'slowest set', unit: 'ms', better: 'less', digits: 1 },
    ],
  })
}

/** Whether the file, the memory or the time grows as the same records change again and again. */
function rounds(size: number, trials: number): Promise<TestReport> {
  const { records, rounds, isFullLength } = planRepeats(size)
  const plan = {
    name: isFullLength ? 'rounds at full length' : 'rounds',
    description:
      `${adapter} changes and saves its ${records} records ${rounds} times; the median of the rounds of a tenth, the ` +
      'memory after it, and the most that file and log grow to. At --rows 1000000: a thousand records ten thousand ' +
      'times.',
    task: 'repeatChanges',
    contenders: [adapter],
    size,
    rows: records,
    trials,
    figures: [
      ...figures('less', 'ms', 2, 'time per round, first tenth', 'time per round, last tenth'),
      ...figures('less', 'MiB', 1, 'largest file and log, first half', 'largest file and log, second half'),
      ...figures('less', 'MiB', 0, 'resident memory, first tenth', 'resident memory, last tenth'),
    ],
  } as const
  return runTest(plan, (_, all) => [
    byRounds('file and log (MiB)', 'file', all, rounds, 1),
    byRounds('resident memory (MiB)', 'memory', all, rounds, 0),
    byRounds('time per round (ms), median of the tenth,', 'ms', all, rounds, 2),
  ])
}
