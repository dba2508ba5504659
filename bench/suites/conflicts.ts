import type { TestReport } from '../report/suite-report.js'
import { planRounds, scatteredKeys, upsertsOfTrial } from '../tasks/upserts.js'
import { byRounds, figures, runTest, type Suite, type SuitePlan } from './suite.js'

/**
 * What it costs to keep keys unique: rows that are new, rows that are there, and the same rows again and again.
 *
 * Of several sizes, the smallest has all the contenders and the larger ones the main ones: those that scan their table
 * take most of the time, and tell nothing new. One size of 1,000,000 has everything at full length.
 */
export const conflicts: Suite = {
  defaults: { sizes: [100_000, 300_000], shapes: [] },
  quick: { sizes: [1500], shapes: [] },
  run,
}

async function* run({ sizes, trials }: SuitePlan): AsyncGenerator<TestReport> {
  const smallest = Math.min(...sizes)
  for (const size of sizes) yield await load(size, trials)
  for (const size of sizes) yield await upsert(size, trials, size === smallest)
  yield await rounds(smallest, trials)
}

/** What it costs to keep the key of rows that are all new. */
function load(size: number, trials: number): Promise<TestReport> {
  return runTest({
    name: 'load',
    description:
      'Rows of an event into an empty table, one transaction. duckpaddle has no key there: its rows go into the table ' +
      'directly.',
    task: 'writeRows',
    contenders: ['duckpaddle', 'duckpaddle, key', 'duckpaddle, primaryKey', 'Appender on main, PRIMARY KEY'],
    size,
    trials,
    figures: [
      { name: 'time to write', unit: 's', better: 'less', digits: 3, relativeTo: ['duckpaddle'] },
      ...figures('more', 'rows/s', 0, 'rows per second'),
      ...figures('less', 'MiB', 0, 'peak memory above start'),
    ],
  })
}

const base = 'ON CONFLICT, PRIMARY KEY'
const mainNames = ['duckpaddle, key', 'duckpaddle, primaryKey', base]
const otherNames = [
  'OR REPLACE, PRIMARY KEY',
  'MERGE, PRIMARY KEY',
  'ON CONFLICT, PRIMARY KEY, checkpoint_threshold 1GB',
  'DELETE + INSERT, PRIMARY KEY',
  'MERGE, no index',
  'UPDATE + INSERT, no index',
  'DELETE + INSERT, no index',
]

/** What it costs to give rows new values that are there, in a table of many. */
function upsert(size: number, trials: number, hasAllContenders: boolean): Promise<TestReport> {
  const plan = {
    name: 'upsert',
    description:
      `${scatteredKeys(size)} scattered rows of ${size} get new values, one transaction; the median of ` +
      `${upsertsOfTrial} rounds. Sizes are of the file and its log. All but duckpaddle is SQL on main, from a staging ` +
      'table.',
    task: 'upsertScattered',
    contenders: hasAllContenders ? [...mainNames, ...otherNames] : mainNames,
    size,
    trials,
    figures: [
      { name: 'time per round', unit: 'ms', better: 'less', digits: 1, relativeTo: [base] },
      ...figures(
        'less',
        'MiB',
        1,
        'file, loaded',
        `file after ${upsertsOfTrial} rounds`,
        'file after CHECKPOINT',
      ),
      ...figures('less', 'ms', 0, 'time of CHECKPOINT'),
    ],
  } as const
  return runTest(plan, () =>
    hasAllContenders ? [] : ['The other contenders are measured at the smallest size alone.'],
  )
}

/** Whether it gets slower, or the file grows, as the same rows get new values again and again. */
function rounds(size: number, trials: number): Promise<TestReport> {
  const { keys, rounds, isFullLength } = planRounds(size)
  const plan = {
    name: isFullLength ? 'rounds at full length' : 'rounds',
    description:
      `The ${keys} rows of a table get new values ${rounds} times, with a CHECKPOINT every ${rounds / 10}; the median ` +
      'of the rounds of a tenth, and the file after those CHECKPOINTs. At --rows 1000000 alone: ten thousand rows a ' +
      'thousand times.',
    task: 'upsertRounds',
    contenders: ['duckpaddle, key'],
    size,
    rows: keys,
    trials,
    figures: [
      ...figures(
        'less',
        'ms',
        1,
        ...['first', 'middle', 'last'].map((tenth) => `time per round, ${tenth} tenth`),
      ),
      ...figures('less', 'ms', 1, 'slowest round'),
      ...figures('less', 'MiB', 1, 'largest file, first half', 'largest file, second half'),
    ],
  } as const
  return runTest(plan, (_, all) => [byRounds('file after CHECKPOINT (MiB)', 'files', all, rounds, 1)])
}
