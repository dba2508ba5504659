import { join } from 'node:path'
import { findSetContender } from '../contenders/record-contenders.js'
import { makeRecord } from '../records.js'
import { median } from '../report/median.js'
import type { Verified } from '../report/to-contender-report.js'
import { verifyRecords } from '../verify-records.js'
import { timeMs } from './time-ms.js'

export interface AloneResult extends Verified {
  /** The median of the sets. */
  readonly setMs: number
  readonly slowestMs: number
}

/** How many records the one caller sets: fewer where all is to be small. */
export function planSets(count: number): { readonly warmUpSets: number; readonly sets: number } {
  return { warmUpSets: 50, sets: count < 100_000 ? 100 : 1000 }
}

/** One caller, which sets new keys, one after the other, each as soon as the last is committed. */
export async function setAlone(name: string, count: number, folder: string): Promise<AloneResult> {
  const contender = findSetContender(name)
  const { warmUpSets, sets } = planSets(count)
  const path = join(folder, 'trial.duckdb')
  const setter = await contender.open(path)
  const setMs: number[] = []
  for (let id = 0; id < warmUpSets + sets; id++) {
    const record = makeRecord(id, 0)
    const ms = await timeMs(() => setter.set(record))
    if (id >= warmUpSets) setMs.push(ms)
  }
  await setter.close()
  const verifiedRows = await verifyRecords(contender.entries(path), warmUpSets + sets, () => 0)
  return { setMs: median(setMs), slowestMs: Math.max(...setMs), verifiedRows }
}
