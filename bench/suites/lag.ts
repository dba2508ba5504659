import { medianOf, printTable, spread } from '../report.js'
import { runTrials } from '../run-trials.js'
import type { WriteResult } from '../tasks/write-rows.js'

const names = [
  'idle',
  'row by row',
  'prepared statement',
  'Appender on main',
  'worker, cloned rows',
  'duckpaddle',
]

/** What the event loop goes through while rows are written. */
export async function lag(sizes: readonly number[], trials: number): Promise<void> {
  for (const size of sizes) {
    const all = await runTrials('writeRows', names, size, trials)
    console.log(
      `lag: event-loop delay while ${size} rows are written; medians (least-most) of ${trials} trials`,
    )
    console.log('A timer of 1 ms: each delay includes that millisecond. idle writes nothing for 1.5 s.\n')
    const idle = all[0]?.results ?? []
    const aboveIdle = (results: readonly WriteResult[]) =>
      medianOf(results, (result) => result.delayMs.p99) - medianOf(idle, (result) => result.delayMs.p99)
    printTable(
      [
        'contender',
        'rows',
        'p50 (ms)',
        'p99 (ms)',
        'p99.9 (ms)',
        'max (ms)',
        'p99 above idle (ms)',
        'seconds',
      ],
      all.map(({ contender, rows, results }) => [
        rows < size ? `${contender} (first ${rows} only)` : contender,
        contender === 'idle' ? '' : String(rows),
        spread(results, (result) => result.delayMs.p50, 1),
        spread(results, (result) => result.delayMs.p99, 1),
        spread(results, (result) => result.delayMs.p999, 1),
        spread(results, (result) => result.delayMs.max, 1),
        aboveIdle(results).toFixed(1),
        spread(results, (result) => result.seconds, 2),
      ]),
    )
    const receipts = all.at(-1)?.results ?? []
    const share = ({ receipt }: WriteResult) =>
      (100 * (receipt?.overlongSlices ?? Number.NaN)) / (receipt?.slices ?? Number.NaN)
    console.log(
      `duckpaddle: ${spread(receipts, ({ receipt }) => receipt?.slices ?? Number.NaN, 0)} slices, ` +
        `the longest ${spread(receipts, ({ receipt }) => receipt?.longestSliceMs ?? Number.NaN, 1)} ms, ` +
        `${spread(receipts, share, 2)}% of them over twice the budget\n`,
    )
  }
}
