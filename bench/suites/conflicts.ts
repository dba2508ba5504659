import { mebibytes, medianOf, printTable, spread } from '../report.js'
import { runTrials } from '../run-trials.js'
import { planRounds, type RoundsResult } from '../tasks/upsert-rounds.js'
import { scatteredKeys } from '../tasks/upsert-scattered.js'

const loadNames = [
  'duckpaddle',
  'duckpaddle, key',
  'duckpaddle, primaryKey',
  'Appender on main, PRIMARY KEY',
] as const
const upsertBase = 'ON CONFLICT, PRIMARY KEY'
const upsertNames = [
  'duckpaddle, key',
  'duckpaddle, primaryKey',
  upsertBase,
  'OR REPLACE, PRIMARY KEY',
  'MERGE, PRIMARY KEY',
  'ON CONFLICT, PRIMARY KEY, checkpoint_threshold 1GB',
  'DELETE + INSERT, PRIMARY KEY',
  'MERGE, no index',
  'UPDATE + INSERT, no index',
  'DELETE + INSERT, no index',
] as const
const roundsName = 'duckpaddle, key'

/** What it costs to keep keys unique: rows that are new, rows that are there, and the same rows again and again. */
export async function conflicts(sizes: readonly number[], trials: number): Promise<void> {
  for (const size of sizes) await load(size, trials)
  for (const size of sizes) await upsert(size, trials)
  await rounds(Math.max(...sizes), trials)
}

async function load(size: number, trials: number): Promise<void> {
  const all = await runTrials('writeRows', loadNames, size, trials)
  console.log(
    `conflicts, load: ${size} rows of an event into an empty table, one transaction; ` +
      `medians (least-most) of ${trials} trials`,
  )
  console.log('duckpaddle has no key there: its rows go into the table directly.\n')
  const direct = medianOf(all[0]?.results ?? [], ({ seconds }) => seconds)
  printTable(
    ['contender', 'rows', 'seconds', 'rows/s', 'times the direct path', 'peak memory above start (MiB)'],
    all.map(({ contender, rows, results }) => {
      const seconds = medianOf(results, (result) => result.seconds)
      return [
        contender,
        String(rows),
        spread(results, (result) => result.seconds, 3),
        String(Math.round(rows / seconds)),
        (seconds / direct).toFixed(2),
        spread(results, (result) => mebibytes(result.rssGrowthBytes), 0),
      ]
    }),
  )
}

async function upsert(size: number, trials: number): Promise<void> {
  const all = await runTrials('upsertScattered', upsertNames, size, trials)
  console.log(
    `conflicts, upsert: ${scatteredKeys(size)} scattered rows of ${size} get new values, one transaction; ` +
      `medians (least-most) of ${trials} trials, each the median of 5 rounds`,
  )
  console.log('Sizes are of the file and its log. All but duckpaddle is SQL on main, from a staging table.\n')
  const base = all.find(({ contender }) => contender === upsertBase)?.results ?? []
  printTable(
    [
      'contender',
      'rows',
      'ms per round',
      `times ${upsertBase}`,
      'loaded (MiB)',
      'after 5 rounds (MiB)',
      'after CHECKPOINT (MiB)',
      'CHECKPOINT (ms)',
    ],
    all.map(({ contender, rows, results }) => [
      contender,
      String(rows),
      spread(results, ({ roundMs }) => roundMs, 1),
      (medianOf(results, ({ roundMs }) => roundMs) / medianOf(base, ({ roundMs }) => roundMs)).toFixed(3),
      spread(results, ({ bytes }) => mebibytes(bytes.loaded), 1),
      spread(results, ({ bytes }) => mebibytes(bytes.upserted), 1),
      spread(results, ({ bytes }) => mebibytes(bytes.checkpointed), 1),
      spread(results, ({ checkpointMs }) => checkpointMs, 0),
    ]),
  )
}

async function rounds(size: number, trials: number): Promise<void> {
  const [only] = await runTrials('upsertRounds', [roundsName], size, trials)
  const results = only?.results ?? []
  const plan = planRounds(size)
  const tenth = plan.rounds / 10
  console.log(
    `conflicts, rounds: the ${plan.keys} rows of a table get new values ${plan.rounds} times, with a CHECKPOINT ` +
      `every ${tenth}; medians (least-most) of ${trials} trials, each the median of ${tenth} rounds\n`,
  )
  printTable(
    ['contender', 'rows', 'first (ms)', 'middle (ms)', 'last (ms)', 'slowest of all (ms)'],
    [
      [
        roundsName,
        String(plan.keys),
        spread(results, ({ firstMs }) => firstMs, 1),
        spread(results, ({ middleMs }) => middleMs, 1),
        spread(results, ({ lastMs }) => lastMs, 1),
        spread(results, ({ slowestMs }) => slowestMs, 1),
      ],
    ],
  )
  printTable(['rounds', 'file after CHECKPOINT (MiB)'], sizeRows(results, tenth))
}

function sizeRows(results: readonly RoundsResult[], tenth: number): string[][] {
  const sizes = results[0]?.checkpointedBytes ?? []
  return sizes.map((_, index) => [
    String(index * tenth),
    spread(results, ({ checkpointedBytes }) => mebibytes(checkpointedBytes[index] ?? Number.NaN), 1),
  ])
}
