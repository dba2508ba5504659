import { mebibytes, printTable, spread } from '../../report.js'
import { runTrials } from '../../run-trials.js'
import { planRepeats } from '../../tasks/repeat-changes.js'

const adapter = 'DuckDBStorageAdapter'

/** Whether the file, the memory or the time grows as the same records change again and again. */
export async function rounds(size: number, trials: number): Promise<void> {
  const [only] = await runTrials('repeatChanges', [adapter], size, trials)
  const results = only?.results ?? []
  const plan = planRepeats(size)
  console.log(
    `kv, rounds: ${adapter} changes and saves its ${plan.records} records ${plan.rounds} times; ` +
      `medians (least-most) of ${trials} trials, ms per round of the medians of ${plan.rounds / 10} rounds\n`,
  )
  const at = (values: readonly (number | null)[], index: number) => values[index] ?? Number.NaN
  printTable(
    ['rounds', 'file and log (MiB)', 'resident memory (MiB)', 'ms per round'],
    Array.from({ length: 11 }, (_, index) => [
      String((index * plan.rounds) / 10),
      spread(results, ({ fileBytes }) => mebibytes(at(fileBytes, index)), 1),
      spread(results, ({ rssBytes }) => mebibytes(at(rssBytes, index)), 0),
      index === 0 ? '' : spread(results, ({ roundMs }) => at(roundMs, index), 2),
    ]),
  )
}
