import { mebibytes } from '../../report/mebibytes.js'
import type { FigureDefinition, TestReport } from '../../report/suite-report.js'
import { toContenderReport } from '../../report/to-contender-report.js'
import { runTrials } from '../../run-trials.js'
import { planRounds } from '../../tasks/upsert-rounds.js'
import { byRounds } from '../by-rounds.js'

const names = ['duckpaddle, key'] as const

const figures: readonly FigureDefinition[] = [
  { name: 'time per round, first tenth', unit: 'ms', better: 'less', digits: 1 },
  { name: 'time per round, middle tenth', unit: 'ms', better: 'less', digits: 1 },
  { name: 'time per round, last tenth', unit: 'ms', better: 'less', digits: 1 },
  { name: 'slowest round', unit: 'ms', better: 'less', digits: 1 },
  { name: 'largest file, first half', unit: 'MiB', better: 'less', digits: 1 },
  { name: 'largest file, second half', unit: 'MiB', better: 'less', digits: 1 },
]

/** Whether it gets slower, or the file grows, as the same rows get new values again and again. */
export async function rounds(size: number, trials: number): Promise<TestReport> {
  const all = await runTrials('upsertRounds', names, size, trials)
  const plan = planRounds(size)
  const files = all.flatMap(({ results }) =>
    results.map(({ checkpointedBytes }) => checkpointedBytes.map(mebibytes)),
  )
  return {
    name: plan.isFullLength ? 'rounds at full length' : 'rounds',
    description:
      `The ${plan.keys} rows of a table get new values ${plan.rounds} times, with a CHECKPOINT every ` +
      `${plan.rounds / 10}; the median of the rounds of a tenth, and the file after those CHECKPOINTs. At --rows 1000000 alone: ten thousand rows a thousand ` +
      'times.',
    rows: plan.keys,
    trials,
    figures,
    contenders: all.map((found) =>
      toContenderReport(
        { ...found, rows: plan.keys },
        {
          'time per round, first tenth': ({ firstMs }) => firstMs,
          'time per round, middle tenth': ({ middleMs }) => middleMs,
          'time per round, last tenth': ({ lastMs }) => lastMs,
          'slowest round': ({ slowestMs }) => slowestMs,
          // The first of them is of the file as it was loaded.
          'largest file, first half': ({ checkpointedBytes }) => largest(checkpointedBytes.slice(1, 6)),
          'largest file, second half': ({ checkpointedBytes }) => largest(checkpointedBytes.slice(6)),
        },
      ),
    ),
    remarks: [byRounds('file after CHECKPOINT (MiB)', files, plan.rounds, 1)],
  }
}

/** A file grows and shrinks as its free blocks are used: it is what it grows to that must not grow. */
function largest(bytes: readonly number[]): number {
  return mebibytes(Math.max(...bytes))
}
