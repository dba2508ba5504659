import { join } from 'node:path'
import { rowLimits } from '../contenders/index.js'
import type { RecordContender } from '../contenders/record-contender.js'
import { findRecordContender } from '../contenders/record-contenders.js'
import { watchMemory } from '../measure/watch-memory.js'
import { type KeyValueRecord, makeRecords } from '../records.js'
import type { Verified } from '../report/to-contender-report.js'
import { verifyRecords } from '../verify-records.js'
import { timeMs } from './time-ms.js'

export interface SaveResult extends Verified {
  /** Until the records are where they are saved from: 0 but for a store in memory. */
  readonly stageMs: number
  readonly saveMs: number
  /** Of the process, above what it was before the records were staged. */
  readonly rssGrowthBytes: number
  /** Of the adapter alone. */
  readonly longestSliceMs: number | undefined
}

/** Enough for the loop of a contender that takes a millisecond a record; the rest would be seconds of waiting. */
const slowWarmUpRecords = 200

/** Saves new records to a new file, after as many to another one have warmed the code up, as in a server that runs. */
export async function saveRecords(name: string, count: number, folder: string): Promise<SaveResult> {
  const contender = findRecordContender(name)
  const warmUpRecords = Object.hasOwn(rowLimits, name) ? Math.min(count, slowWarmUpRecords) : count
  await save(contender, join(folder, 'warm-up.duckdb'), makeRecords(0, warmUpRecords, 0))
  const path = join(folder, 'trial.duckdb')
  const result = await save(contender, path, makeRecords(0, count, 0))
  const verifiedRows = await verifyRecords(contender.entries(path), count, () => 0)
  return { ...result, verifiedRows }
}

async function save(
  contender: RecordContender,
  path: string,
  records: readonly KeyValueRecord[],
): Promise<Omit<SaveResult, keyof Verified>> {
  const writer = await contender.open(path)
  const { result, rssGrowthBytes } = await watchMemory(async () => {
    const stageMs = await timeMs(() => writer.stage(records))
    const startedAt = performance.now()
    const receipt = await writer.save()
    const saveMs = performance.now() - startedAt
    return { stageMs, saveMs, longestSliceMs: receipt?.longestSliceMs }
  })
  await writer.close()
  return { ...result, rssGrowthBytes }
}
