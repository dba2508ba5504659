import { mebibytes } from '../../report/mebibytes.js'
import type { FigureDefinition, TestReport } from '../../report/suite-report.js'
import { toContenderReport } from '../../report/to-contender-report.js'
import { runTrials } from '../../run-trials.js'
import { planRepeats } from '../../tasks/repeat-changes.js'
import { byRounds } from '../by-rounds.js'

const adapter = 'DuckDBStorageAdapter'

const figures: readonly FigureDefinition[] = [
  { name: 'time per round, first tenth', unit: 'ms', better: 'less', digits: 2 },
  { name: 'time per round, last tenth', unit: 'ms', better: 'less', digits: 2 },
  { name: 'largest file and log, first half', unit: 'MiB', better: 'less', digits: 1 },
  { name: 'largest file and log, second half', unit: 'MiB', better: 'less', digits: 1 },
  { name: 'resident memory, first tenth', unit: 'MiB', better: 'less', digits: 0 },
  { name: 'resident memory, last tenth', unit: 'MiB', better: 'less', digits: 0 },
]

/** Whether the file, the memory or the time grows as the same records change again and again. */
export async function rounds(size: number, trials: number): Promise<TestReport> {
  const all = await runTrials('repeatChanges', [adapter], size, trials)
  const plan = planRepeats(size)
  const results = all.flatMap((found) => found.results)
  const files = results.map(({ fileBytes }) => fileBytes.map(mebibytes))
  const memories = results.map(({ rssBytes }) => rssBytes.map(mebibytes))
  const times = results.map(({ roundMs }) => roundMs)
  return {
    name: plan.isFullLength ? 'rounds at full length' : 'rounds',
    description:
      `${adapter} changes and saves its ${plan.records} records ${plan.rounds} times; the median of the rounds of a ` +
      'tenth, the memory after it, and the most that file and log grow to. At --rows 1000000: a thousand records ten thousand times.',
    rows: plan.records,
    trials,
    figures,
    contenders: all.map((found) =>
      toContenderReport(
        { ...found, rows: plan.records },
        {
          'time per round, first tenth': ({ roundMs: [, first] }) => first ?? undefined,
          'time per round, last tenth': ({ roundMs }) => roundMs.at(-1) ?? undefined,
          'largest file and log, first half': ({ largestBytes }) => mebibytes(largestBytes.firstHalf),
          'largest file and log, second half': ({ largestBytes }) => mebibytes(largestBytes.secondHalf),
          'resident memory, first tenth': ({ rssBytes: [, first] }) => toMebibytes(first),
          'resident memory, last tenth': ({ rssBytes }) => toMebibytes(rssBytes.at(-1)),
        },
      ),
    ),
    remarks: [
      byRounds('file and log (MiB)', files, plan.rounds, 1),
      byRounds('resident memory (MiB)', memories, plan.rounds, 0),
      byRounds('time per round (ms), median of the tenth', times, plan.rounds, 2),
    ],
  }
}

function toMebibytes(bytes: number | undefined): number | undefined {
  return bytes === undefined ? undefined : mebibytes(bytes)
}
