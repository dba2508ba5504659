import { mebibytes } from '../../report/mebibytes.js'
import type { FigureDefinition, TestReport } from '../../report/suite-report.js'
import { toContenderReport } from '../../report/to-contender-report.js'
import { runTrials } from '../../run-trials.js'
import { scatteredKeys, upsertsOfTrial } from '../../tasks/upsert-scattered.js'

const base = 'ON CONFLICT, PRIMARY KEY'
const mainNames = ['duckpaddle, key', 'duckpaddle, primaryKey', base] as const
const otherNames = [
  'OR REPLACE, PRIMARY KEY',
  'MERGE, PRIMARY KEY',
  'ON CONFLICT, PRIMARY KEY, checkpoint_threshold 1GB',
  'DELETE + INSERT, PRIMARY KEY',
  'MERGE, no index',
  'UPDATE + INSERT, no index',
  'DELETE + INSERT, no index',
] as const

const figures: readonly FigureDefinition[] = [
  { name: 'time per round', unit: 'ms', better: 'less', digits: 1, relativeTo: [base] },
  { name: 'file, loaded', unit: 'MiB', better: 'less', digits: 1 },
  { name: `file after ${upsertsOfTrial} rounds`, unit: 'MiB', better: 'less', digits: 1 },
  { name: 'file after CHECKPOINT', unit: 'MiB', better: 'less', digits: 1 },
  { name: 'time of CHECKPOINT', unit: 'ms', better: 'less', digits: 0 },
]

/** What it costs to give rows new values that are there, in a table of many. */
export async function upsert(
  size: number,
  trials: number,
  { hasAllContenders }: { readonly hasAllContenders: boolean },
): Promise<TestReport> {
  const names = hasAllContenders ? [...mainNames, ...otherNames] : mainNames
  const all = await runTrials('upsertScattered', names, size, trials)
  return {
    name: 'upsert',
    description:
      `${scatteredKeys(size)} scattered rows of ${size} get new values, one transaction; the median of ` +
      `${upsertsOfTrial} rounds. Sizes are of the file and its log. All but duckpaddle is SQL on main, from a staging ` +
      'table.',
    rows: size,
    trials,
    figures,
    contenders: all.map((found) =>
      toContenderReport(found, {
        'time per round': ({ roundMs }) => roundMs,
        'file, loaded': ({ bytes }) => mebibytes(bytes.loaded),
        [`file after ${upsertsOfTrial} rounds`]: ({ bytes }) => mebibytes(bytes.upserted),
        'file after CHECKPOINT': ({ bytes }) => mebibytes(bytes.checkpointed),
        'time of CHECKPOINT': ({ checkpointMs }) => checkpointMs,
      }),
    ),
    remarks: hasAllContenders ? [] : ['The other contenders are measured at the smallest size alone.'],
  }
}
