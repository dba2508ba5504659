import type { FigureDefinition, TestReport } from '../../report/suite-report.js'
import { toContenderReport } from '../../report/to-contender-report.js'
import { runTrials } from '../../run-trials.js'
import { planSets } from '../../tasks/set-alone.js'
import { durabilityNote } from './durability-note.js'

const commit = 'DuckDB commit on main'
const names = ['DuckDBStorageAdapter', commit, 'lmdb', 'lmdb, flushed'] as const

const figures: readonly FigureDefinition[] = [
  { name: 'time per set', unit: 'ms', better: 'less', digits: 3, relativeTo: [commit] },
  { name: 'slowest set', unit: 'ms', better: 'less', digits: 1 },
]

/** Records that are committed before their caller goes on: one caller. */
export async function setAlone(size: number, trials: number): Promise<TestReport> {
  const { warmUpSets, sets } = planSets(size)
  const all = await runTrials('setAlone', names, size, trials)
  return {
    name: 'set alone',
    description:
      `One caller, which awaits each of its sets of new records; the median of ${sets}, after ${warmUpSets} to warm ` +
      `up. ${durabilityNote} ${commit}: BEGIN, one row appended, COMMIT.`,
    rows: warmUpSets + sets,
    trials,
    figures,
    contenders: all.map((found) =>
      toContenderReport(
        { ...found, rows: warmUpSets + sets },
        { 'time per set': ({ setMs }) => setMs, 'slowest set': ({ slowestMs }) => slowestMs },
      ),
    ),
    remarks: [],
  }
}
