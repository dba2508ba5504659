import { mebibytes, medianOf, printTable, spread } from '../report.js'
import { runTrials } from '../run-trials.js'

const names = ['row by row', 'prepared statement', 'Appender on main', 'worker, cloned rows', 'duckpaddle']

/** How long it takes to write rows, from the call to the commit, and how much memory. */
export async function throughput(sizes: readonly number[], trials: number): Promise<void> {
  const perRow = new Map<number, number>()
  for (const size of sizes) {
    const all = await runTrials('writeRows', names, size, trials)
    console.log(
      `throughput: ${size} rows of an event, one transaction; medians (least-most) of ${trials} trials\n`,
    )
    printTable(
      ['contender', 'rows', 'seconds', 'rows/s', 'peak memory above start (MiB)'],
      all.map(({ contender, rows, results }) => [
        rows < size ? `${contender} (first ${rows} only)` : contender,
        String(rows),
        spread(results, (result) => result.seconds, 3),
        String(Math.round(rows / medianOf(results, (result) => result.seconds))),
        spread(results, (result) => mebibytes(result.rssGrowthBytes), 0),
      ]),
    )
    const seconds = (name: string) =>
      medianOf(all.find(({ contender }) => contender === name)?.results ?? [], (result) => result.seconds)
    const ratio = seconds('duckpaddle') / seconds('Appender on main')
    console.log(`duckpaddle takes ${ratio.toFixed(2)} of the time of the Appender on main\n`)
    perRow.set(size, seconds('duckpaddle') / size)
  }
  const large = perRow.get(1_000_000)
  const small = perRow.get(100_000)
  if (large !== undefined && small !== undefined) {
    console.log(
      `duckpaddle's time per row at 1,000,000 is ${(large / small).toFixed(2)} of that at 100,000\n`,
    )
  }
}
