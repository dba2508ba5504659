import { mebibytes } from '../../report/mebibytes.js'
import { median } from '../../report/median.js'
import { medianFigure } from '../../report/print-report.js'
import type { FigureDefinition, TestReport } from '../../report/suite-report.js'
import { toContenderReport } from '../../report/to-contender-report.js'
import { runTrials } from '../../run-trials.js'

const adapter = 'DuckDBStorageAdapter'
/** What the adapter is to be how many times as fast as, at 100,000 records. */
const targets = { 'row by row': 200, 'prepared statement': 80 } as const
const bases = ['row by row', 'prepared statement'] as const
const names = [...bases, 'Appender on main', adapter, 'lmdb'] as const

const perSecond = 'records per second'
const figures: readonly FigureDefinition[] = [
  { name: 'time to save', unit: 's', better: 'less', digits: 4 },
  { name: 'time of setMany', unit: 's', better: 'less', digits: 4 },
  { name: perSecond, unit: 'records/s', better: 'more', digits: 0, relativeTo: bases },
  { name: 'longest slice (budget 2)', unit: 'ms', better: 'less', digits: 2 },
  { name: 'peak memory above start', unit: 'MiB', better: 'less', digits: 0 },
]

/** How long it takes to save new records, and how much memory. */
export async function save(size: number, trials: number): Promise<TestReport> {
  const all = await runTrials('saveRecords', names, size, trials)
  const test: TestReport = {
    name: 'save',
    description:
      'New records of about 140 bytes of JSON, in one transaction, but for lmdb, which groups its puts. Row by row and ' +
      'prepared: INSERT OR REPLACE, on a PRIMARY KEY; the Appender has no key to look after. The time to save is ' +
      'that of persist() for the adapter, whose setMany() before it is beside it.',
    rows: size,
    trials,
    figures,
    contenders: all.map((found) =>
      toContenderReport(found, {
        'time to save': ({ saveMs }) => saveMs / 1000,
        'time of setMany': ({ stageMs }) => (found.contender === adapter ? stageMs / 1000 : undefined),
        [perSecond]: ({ saveMs }) => (1000 * found.rows) / saveMs,
        'longest slice (budget 2)': ({ longestSliceMs }) => longestSliceMs,
        'peak memory above start': ({ rssGrowthBytes }) => mebibytes(rssGrowthBytes),
      }),
    ),
    remarks: [],
  }
  const staged = all.find(({ contender }) => contender === adapter)?.results ?? []
  const withSetMany = (1000 * size) / median(staged.map(({ stageMs, saveMs }) => stageMs + saveMs))
  return { ...test, remarks: bases.map((base) => compareWith(base, test, withSetMany)) }
}

function compareWith(base: (typeof bases)[number], test: TestReport, withSetMany: number): string {
  const slow = medianFigure(test, base, perSecond)
  const ratio = (medianFigure(test, adapter, perSecond) / slow).toFixed(1)
  const target = test.rows === 100_000 ? ` (target: at least ${targets[base]})` : ''
  return (
    `${adapter} saves ${ratio} times as many records per second as ${base}${target}, ` +
    `${(withSetMany / slow).toFixed(1)} times with setMany() included`
  )
}
