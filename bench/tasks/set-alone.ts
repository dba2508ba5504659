import { join } from 'node:path'
import { findSetContender } from '../contenders/record-contenders.js'
import { median } from '../median.js'
import { makeRecord } from '../records.js'
import { verifyRecords } from '../verify-records.js'
import { timeMs } from './time-ms.js'

export interface AloneResult {
  /** The median of the sets. */
  readonly setMs: number
  readonly slowestMs: number
}

const warmUpSets = 50

/** How many records the one caller sets: fewer where all is to be small. */
export function planSets(count: number): number {
  return count < 100_000 ? 100 : 1000
}

/** One caller, which sets new keys, one after the other, each as soon as the last is committed. */
export async function setAlone(name: string, count: number, folder: string): Promise<AloneResult> {
  const contender = findSetContender(name)
  const sets = warmUpSets + planSets(count)
  const path = join(folder, 'trial.duckdb')
  const setter = await contender.open(path)
  const setMs: number[] = []
  for (let id = 0; id < sets; id++) {
    const record = makeRecord(id, 0)
    const ms = await timeMs(() => setter.set(record))
    if (id >= warmUpSets) setMs.push(ms)
  }
  await setter.close()
  await verifyRecords(contender.entries(path), sets, () => 0)
  return { setMs: median(setMs), slowestMs: Math.max(...setMs) }
}
