import { mebibytes } from '../../report/mebibytes.js'
import type { FigureDefinition, TestReport } from '../../report/suite-report.js'
import { toContenderReport } from '../../report/to-contender-report.js'
import { runTrials } from '../../run-trials.js'

const direct = 'duckpaddle'
const names = [direct, 'duckpaddle, key', 'duckpaddle, primaryKey', 'Appender on main, PRIMARY KEY'] as const

const figures: readonly FigureDefinition[] = [
  { name: 'time to write', unit: 's', better: 'less', digits: 3, relativeTo: [direct] },
  { name: 'rows per second', unit: 'rows/s', better: 'more', digits: 0 },
  { name: 'peak memory above start', unit: 'MiB', better: 'less', digits: 0 },
]

/** What it costs to keep the key of rows that are all new. */
export async function load(size: number, trials: number): Promise<TestReport> {
  const all = await runTrials('writeRows', names, size, trials)
  return {
    name: 'load',
    description:
      'Rows of an event into an empty table, one transaction. duckpaddle has no key there: its rows go into the table ' +
      'directly.',
    rows: size,
    trials,
    figures,
    contenders: all.map((found) =>
      toContenderReport(found, {
        'time to write': ({ seconds }) => seconds,
        'rows per second': ({ seconds }) => found.rows / seconds,
        'peak memory above start': ({ rssGrowthBytes }) => mebibytes(rssGrowthBytes),
      }),
    ),
    remarks: [],
  }
}
