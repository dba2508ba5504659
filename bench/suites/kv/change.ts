import { medianOf, printTable, spread } from '../../report.js'
import { runTrials } from '../../run-trials.js'
import { type ChangeResult, changedRecords, changeRounds } from '../../tasks/change-records.js'

const adapter = 'DuckDBStorageAdapter'
const onConflict = 'ON CONFLICT, PRIMARY KEY'

/** What it costs to change a few records of many, and whether it costs more the more there are. */
export async function change(sizes: readonly number[], trials: number): Promise<void> {
  const adapterMs = new Map<number, number>()
  for (const size of sizes) {
    const all = await runTrials('changeRecords', [adapter, onConflict], size, trials)
    console.log(
      `kv, change: ${changedRecords(size)} scattered records of ${size} change, one transaction; ` +
        `medians (least-most) of ${trials} trials, each the median of ${changeRounds} rounds`,
    )
    console.log(
      'The adapter: setMany() and persist(). The other: SQL on main, DuckDB as it is by default, from a temporary ' +
        'staging table that an Appender fills.\n',
    )
    const msOf = (results: readonly ChangeResult[]) => medianOf(results, ({ roundMs }) => roundMs)
    const resultsOf = (name: string) => all.find(({ contender }) => contender === name)?.results ?? []
    const base = msOf(resultsOf(onConflict))
    printTable(
      ['contender', 'rows', 'ms per round', 'slowest round (ms)', `times as fast as ${onConflict}`],
      all.map(({ contender, rows, results }) => [
        contender,
        String(rows),
        spread(results, ({ roundMs }) => roundMs, 2),
        spread(results, ({ slowestMs }) => slowestMs, 1),
        (base / msOf(results)).toFixed(1),
      ]),
    )
    adapterMs.set(size, msOf(resultsOf(adapter)))
    const target = size === 1_000_000 ? ' (target: at least 10)' : ''
    const ratio = base / msOf(resultsOf(adapter))
    console.log(`${adapter} is ${ratio.toFixed(1)} times as fast as ${onConflict} at ${size}${target}\n`)
  }
  const [small = Number.NaN, large = Number.NaN] = sizes
  if (changedRecords(small) !== changedRecords(large)) return
  const ratio = (adapterMs.get(large) ?? Number.NaN) / (adapterMs.get(small) ?? Number.NaN)
  const target = large === 1_000_000 ? ' (target: at most 1.3)' : ''
  console.log(`${adapter}'s round at ${large} takes ${ratio.toFixed(2)} of that at ${small}${target}\n`)
}
