import { join } from 'node:path'
import { findRecordContender } from '../contenders/record-contenders.js'
import { databaseBytes } from '../database-bytes.js'
import { median } from '../median.js'
import { makeRecords } from '../records.js'
import { verifyRecords } from '../verify-records.js'
import { openWithRecords } from './open-with-records.js'
import { timeMs } from './time-ms.js'

/** One at the start, and one after each tenth of the rounds. */
export interface RepeatResult {
  /** Of the file and its log. */
  readonly fileBytes: readonly number[]
  /** Of the process, both threads and DuckDB included. */
  readonly rssBytes: readonly number[]
  /** Medians of the rounds of each tenth; null at the start. */
  readonly roundMs: readonly (number | null)[]
}

/** What changes how often: 1,000 records 10,000 times, or fewer where all is to be small. */
export function planRepeats(count: number): { readonly records: number; readonly rounds: number } {
  return { records: Math.min(1000, count), rounds: count < 100_000 ? 100 : 10_000 }
}

/** Changes and saves all records of a store, again and again: does the file or the memory grow? */
export async function repeatChanges(name: string, count: number, folder: string): Promise<RepeatResult> {
  const contender = findRecordContender(name)
  const { records, rounds } = planRepeats(count)
  const path = join(folder, 'trial.duckdb')
  const writer = await openWithRecords(contender, records, path)
  const fileBytes = [await databaseBytes(path)]
  const rssBytes = [process.memoryUsage.rss()]
  const medians: (number | null)[] = [null]
  let roundMs: number[] = []
  for (let round = 1; round <= rounds; round++) {
    const changed = makeRecords(0, records, round)
    const ms = await timeMs(async () => {
      await writer.stage(changed)
      await writer.save()
    })
    roundMs.push(ms)
    if (round % (rounds / 10) > 0) continue
    fileBytes.push(await databaseBytes(path))
    rssBytes.push(process.memoryUsage.rss())
    medians.push(median(roundMs))
    roundMs = []
  }
  await writer.close()
  await verifyRecords(contender.entries(path), records, () => rounds)
  return { fileBytes, rssBytes, roundMs: medians }
}
