import { medianFigure } from '../../report/print-report.js'
import type { FigureDefinition, TestReport } from '../../report/suite-report.js'
import { toContenderReport } from '../../report/to-contender-report.js'
import { runTrials } from '../../run-trials.js'
import { changedRecords, planChanges } from '../../tasks/change-records.js'

const adapter = 'DuckDBStorageAdapter'
const onConflict = 'ON CONFLICT, PRIMARY KEY'

const figures: readonly FigureDefinition[] = [
  { name: 'time per round', unit: 'ms', better: 'less', digits: 2 },
  { name: 'slowest round', unit: 'ms', better: 'less', digits: 1 },
  { name: 'rounds per second', unit: '1/s', better: 'more', digits: 1, relativeTo: [onConflict] },
]

/** What it costs to change a few records of many, and whether it costs more the more there are. */
export async function* change(sizes: readonly number[], trials: number): AsyncGenerator<TestReport> {
  let smaller: TestReport | undefined
  for (const size of sizes) {
    const test = await changeOf(size, trials)
    yield { ...test, remarks: [compareContenders(test), ...compareSizes(smaller, test)] }
    smaller = test
  }
}

async function changeOf(size: number, trials: number): Promise<TestReport> {
  const all = await runTrials('changeRecords', [adapter, onConflict], size, trials)
  return {
    name: 'change',
    description:
      `${changedRecords(size)} scattered records of ${size} change, one transaction; the median of ` +
      `${planChanges.rounds} rounds, or of as many as ${planChanges.budgetMs / 1000} s are enough for, at least ` +
      `${planChanges.leastRounds}. The adapter: setMany() and persist(). The other: SQL on main, DuckDB as it is by ` +
      'default, from a temporary staging table that an Appender fills.',
    rows: size,
    trials,
    figures,
    contenders: all.map((found) =>
      toContenderReport(found, {
        'time per round': ({ roundMs }) => roundMs,
        'slowest round': ({ slowestMs }) => slowestMs,
        'rounds per second': ({ roundMs }) => 1000 / roundMs,
      }),
    ),
    remarks: [],
  }
}

function compareContenders(test: TestReport): string {
  const ratio = roundMs(test, onConflict) / roundMs(test, adapter)
  const target = test.rows === 1_000_000 ? ' (target: at least 10)' : ''
  return `${adapter} is ${ratio.toFixed(1)} times as fast as ${onConflict} at ${test.rows}${target}`
}

/** Nothing where not as many records change: it is the size of the store that is to tell. */
function compareSizes(small: TestReport | undefined, large: TestReport): string[] {
  if (small === undefined || changedRecords(small.rows) !== changedRecords(large.rows)) return []
  const ratio = roundMs(large, adapter) / roundMs(small, adapter)
  const target = large.rows === 1_000_000 ? ' (target: at most 1.3)' : ''
  return [`${adapter}'s round at ${large.rows} takes ${ratio.toFixed(2)} of that at ${small.rows}${target}`]
}

function roundMs(test: TestReport, contender: string): number {
  return medianFigure(test, contender, 'time per round')
}
