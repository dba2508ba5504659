import { join } from 'node:path'
import { findRecordContender } from '../contenders/record-contenders.js'
import { makeRecord } from '../records.js'
import { median } from '../report/median.js'
import type { Verified } from '../report/to-contender-report.js'
import { verifyRecords } from '../verify-records.js'
import { openWithRecords } from './open-with-records.js'
import { timeMs } from './time-ms.js'

export interface ChangeResult extends Verified {
  /** The median of the rounds, from the first change in memory to the commit. */
  readonly roundMs: number
  /** Where the adapter folds its log into its table, or DuckDB makes a checkpoint. */
  readonly slowestMs: number
}

const warmUpRounds = 3
/** Rounds of a trial: fewer where they take long, each of them as long as the last. */
export const planChanges = { rounds: 20, leastRounds: 5, budgetMs: 1500 } as const

/** How many records of a store change in a round: 1,000, or a tenth of a smaller store. */
export function changedRecords(count: number): number {
  return Math.min(1000, Math.ceil(count / 10))
}

/** Changes records that are scattered over a store, in each round others, and saves them in one transaction. */
export async function changeRecords(name: string, count: number, folder: string): Promise<ChangeResult> {
  const contender = findRecordContender(name)
  const path = join(folder, 'trial.duckdb')
  const writer = await openWithRecords(contender, count, path)
  const changed = changedRecords(count)
  const step = Math.floor(count / changed)
  const versions = new Map<number, number>()
  const roundMs: number[] = []
  let spentMs = 0
  for (let round = 1; round <= warmUpRounds + planChanges.rounds; round++) {
    if (roundMs.length >= planChanges.leastRounds && spentMs > planChanges.budgetMs) break
    const ids = Array.from({ length: changed }, (_, index) => index * step + (round % step))
    for (const id of ids) versions.set(id, round)
    const records = ids.map((id) => makeRecord(id, round))
    const ms = await timeMs(async () => {
      await writer.stage(records)
      await writer.save()
    })
    if (round <= warmUpRounds) continue
    roundMs.push(ms)
    spentMs += ms
  }
  await writer.close()
  const verifiedRows = await verifyRecords(contender.entries(path), count, (id) => versions.get(id) ?? 0)
  return { roundMs: median(roundMs), slowestMs: Math.max(...roundMs), verifiedRows }
}
