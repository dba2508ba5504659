import { join } from 'node:path'
import { findRecordContender } from '../contenders/record-contenders.js'
import { databaseBytes } from '../database-bytes.js'
import { makeRecords } from '../records.js'
import { median } from '../report/median.js'
import type { Verified } from '../report/to-contender-report.js'
import { verifyRecords } from '../verify-records.js'
import { openWithRecords } from './open-with-records.js'
import { timeMs } from './time-ms.js'

/** One at the start, and one after each tenth of the rounds. */
export interface RepeatResult extends Verified {
  /** Of the file and its log. */
  readonly fileBytes: readonly number[]
  /** The most after any of the rounds. */
  readonly largestBytes: { readonly firstHalf: number; readonly secondHalf: number }
  /** Of the process, both threads and DuckDB included. */
  readonly rssBytes: readonly number[]
  /** Medians of the rounds of each tenth; null at the start. */
  readonly roundMs: readonly (number | null)[]
}

export interface RepeatPlan {
  readonly records: number
  /** A multiple of 10. */
  readonly rounds: number
  readonly isFullLength: boolean
}

/**
 * What changes how often: 1,000 records 10,000 times, which takes a minute, where there are 1,000,000; 800 times from
 * 100,000 on, in each half of which the log is folded and its blocks are used again; fewer records 100 times where all is to be small.
 */
export function planRepeats(count: number): RepeatPlan {
  const isFullLength = count >= 1_000_000
  const rounds = count < 100_000 ? 100 : 800
  return {
    records: Math.min(1000, Math.ceil(count / 100)),
    rounds: isFullLength ? 10_000 : rounds,
    isFullLength,
  }
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
  const largestBytes = { firstHalf: 0, secondHalf: 0 }
  for (let round = 1; round <= rounds; round++) {
    const changed = makeRecords(0, records, round)
    const ms = await timeMs(async () => {
      await writer.stage(changed)
      await writer.save()
    })
    roundMs.push(ms)
    const bytes = await databaseBytes(path)
    const half = round <= rounds / 2 ? 'firstHalf' : 'secondHalf'
    largestBytes[half] = Math.max(largestBytes[half], bytes)
    if (round % (rounds / 10) > 0) continue
    fileBytes.push(bytes)
    rssBytes.push(process.memoryUsage.rss())
    medians.push(median(roundMs))
    roundMs = []
  }
  await writer.close()
  const verifiedRows = await verifyRecords(contender.entries(path), records, () => rounds)
  return { fileBytes, largestBytes, rssBytes, roundMs: medians, verifiedRows }
}
