import { medianOf, printTable, spread } from '../../report.js'
import { runTrials } from '../../run-trials.js'
import { planSets } from '../../tasks/set-alone.js'
import { planCallers } from '../../tasks/set-together.js'

const adapter = 'DuckDBStorageAdapter'
const commit = 'DuckDB commit on main'
const storeNames = [adapter, 'lmdb', 'lmdb, flushed'] as const
const note =
  'The adapter has durability: each. lmdb is as it is by default: put() resolves at the commit; flushed waits for ' +
  'the disk too, as a commit of DuckDB does.\n'

/** Records that are committed before their callers go on: many callers, and one. */
export async function setEach(size: number, trials: number): Promise<void> {
  await together(size, trials)
  await alone(size, trials)
}

async function together(size: number, trials: number): Promise<void> {
  const { callers, rounds } = planCallers(size)
  const all = await runTrials('setTogether', storeNames, size, trials)
  console.log(
    `kv, each, together: ${callers} callers at once, each of which awaits its set ${rounds} times; ` +
      `medians (least-most) of ${trials} trials`,
  )
  console.log(note)
  const base = medianOf(all[1]?.results ?? [], ({ setsPerSecond }) => setsPerSecond)
  printTable(
    ['contender', 'callers', 'sets/s', 'times lmdb'],
    all.map(({ contender, results }) => [
      contender,
      String(callers),
      spread(results, ({ setsPerSecond }) => setsPerSecond, 0),
      (medianOf(results, ({ setsPerSecond }) => setsPerSecond) / base).toFixed(2),
    ]),
  )
}

async function alone(size: number, trials: number): Promise<void> {
  const all = await runTrials('setAlone', [adapter, commit, 'lmdb', 'lmdb, flushed'], size, trials)
  console.log(
    `kv, each, alone: one caller, which awaits each of its ${planSets(size)} sets; ` +
      `medians (least-most) of ${trials} trials, each the median of its sets`,
  )
  console.log(`${note.trimEnd()} ${commit}: BEGIN, one row appended, COMMIT.\n`)
  const base = medianOf(all[1]?.results ?? [], ({ setMs }) => setMs)
  printTable(
    ['contender', 'sets', 'ms per set', 'slowest set (ms)', `times ${commit}`],
    all.map(({ contender, results }) => [
      contender,
      String(planSets(size)),
      spread(results, ({ setMs }) => setMs, 3),
      spread(results, ({ slowestMs }) => slowestMs, 1),
      (medianOf(results, ({ setMs }) => setMs) / base).toFixed(2),
    ]),
  )
}
