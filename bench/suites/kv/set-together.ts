import type { FigureDefinition, TestReport } from '../../report/suite-report.js'
import { toContenderReport } from '../../report/to-contender-report.js'
import { runTrials } from '../../run-trials.js'
import { planCallers } from '../../tasks/set-together.js'
import { durabilityNote } from './durability-note.js'

const names = ['DuckDBStorageAdapter', 'lmdb', 'lmdb, flushed'] as const

const figures: readonly FigureDefinition[] = [
  { name: 'sets per second', unit: 'sets/s', better: 'more', digits: 0, relativeTo: ['lmdb'] },
]

/** Records that are committed before their callers go on: many callers. */
export async function setTogether(size: number, trials: number): Promise<TestReport> {
  const { callers, rounds } = planCallers(size)
  const all = await runTrials('setTogether', names, size, trials)
  return {
    name: 'set together',
    description: `${callers} callers at once, each of which awaits the set of its record ${rounds} times. ${durabilityNote}`,
    rows: callers,
    trials,
    figures,
    contenders: all.map((found) =>
      toContenderReport(
        { ...found, rows: callers },
        { 'sets per second': ({ setsPerSecond }) => setsPerSecond },
      ),
    ),
    remarks: [],
  }
}
