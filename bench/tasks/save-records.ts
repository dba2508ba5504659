import { join } from 'node:path'
import type { RecordContender } from '../contenders/record-contender.js'
import { findRecordContender } from '../contenders/record-contenders.js'
import { type KeyValueRecord, makeRecords } from '../records.js'
import { verifyRecords } from '../verify-records.js'
import { timeMs } from './time-ms.js'
import { watchMemory } from './watch-memory.js'

export interface SaveResult {
  /** Until the records are where they are saved from: 0 but for a store in memory. */
  readonly stageMs: number
  readonly saveMs: number
  /** Of the process, above what it was before the records were staged. */
  readonly rssGrowthBytes: number
  /** Of the adapter alone. */
  readonly longestSliceMs: number | undefined
}

/** Saves new records to a new file, after as many to another one have warmed the code up, as in a server that runs. */
export async function saveRecords(name: string, count: number, folder: string): Promise<SaveResult> {
  const contender = findRecordContender(name)
  await save(contender, join(folder, 'warm-up.duckdb'), makeRecords(0, count, 0))
  const path = join(folder, 'trial.duckdb')
  const result = await save(contender, path, makeRecords(0, count, 0))
  await verifyRecords(contender.entries(path), count, () => 0)
  return result
}

async function save(
  contender: RecordContender,
  path: string,
  records: readonly KeyValueRecord[],
): Promise<SaveResult> {
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
