import { mebibytes, medianOf, printTable, spread } from '../../report.js'
import { runTrials } from '../../run-trials.js'

const adapter = 'DuckDBStorageAdapter'
/** What the adapter is to be how many times as fast as, at 100,000 records. */
const targets = { 'row by row': 200, 'prepared statement': 80 } as const
const bases = ['row by row', 'prepared statement'] as const
const names = [...bases, 'Appender on main', adapter, 'lmdb']

/** How long it takes to save new records, and how much memory. */
export async function save(size: number, trials: number): Promise<void> {
  const all = await runTrials('saveRecords', names, size, trials)
  console.log(
    `kv, save: ${size} new records of about 140 bytes of JSON; medians (least-most) of ${trials} trials`,
  )
  console.log(
    'One transaction, but for lmdb, which groups its puts. Row by row and prepared: INSERT OR REPLACE, on a PRIMARY ' +
      'KEY; the Appender has no key to look after. The seconds are those of persist() for the adapter, whose ' +
      'setMany() before it is beside them.\n',
  )
  const perSecond = (name: string) => {
    const found = all.find(({ contender }) => contender === name)
    return (1000 * (found?.rows ?? Number.NaN)) / medianOf(found?.results ?? [], ({ saveMs }) => saveMs)
  }
  printTable(
    [
      'contender',
      'rows',
      'seconds',
      'setMany (s)',
      'records/s',
      ...bases.map((base) => `times ${base}`),
      'longest slice (ms; budget 2)',
      'peak memory above start (MiB)',
    ],
    all.map(({ contender, rows, results }) => [
      rows < size ? `${contender} (first ${rows} only)` : contender,
      String(rows),
      spread(results, ({ saveMs }) => saveMs / 1000, 4),
      contender === adapter ? spread(results, ({ stageMs }) => stageMs / 1000, 4) : '',
      String(Math.round(perSecond(contender))),
      ...bases.map((base) => (perSecond(contender) / perSecond(base)).toFixed(1)),
      contender === adapter ? spread(results, ({ longestSliceMs }) => longestSliceMs ?? Number.NaN, 2) : '',
      spread(results, ({ rssGrowthBytes }) => mebibytes(rssGrowthBytes), 0),
    ]),
  )
  const staged = all.find(({ contender }) => contender === adapter)?.results ?? []
  const withSetMany = (1000 * size) / medianOf(staged, ({ stageMs, saveMs }) => stageMs + saveMs)
  for (const base of bases) {
    const ratio = (perSecond(adapter) / perSecond(base)).toFixed(1)
    const target = size === 100_000 ? ` (target: at least ${targets[base]})` : ''
    console.log(
      `${adapter} saves ${ratio} times as many records/s as ${base}${target}, ` +
        `${(withSetMany / perSecond(base)).toFixed(1)} times with setMany() included`,
    )
  }
  console.log()
}
