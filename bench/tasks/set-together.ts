import { join } from 'node:path'
import type { RecordSetter } from '../contenders/record-contender.js'
import { findSetContender } from '../contenders/record-contenders.js'
import { makeRecord } from '../records.js'
import type { Verified } from '../report/to-contender-report.js'
import { verifyRecords } from '../verify-records.js'
import { timeMs } from './time-ms.js'

export interface TogetherResult extends Verified {
  readonly setsPerSecond: number
}

const warmUpRounds = 3

/** How many callers there are, fewer where all is to be small, and how often each of them sets its record. */
export function planCallers(count: number): { readonly callers: number; readonly rounds: number } {
  return { callers: Math.min(1000, Math.ceil(count / 100)), rounds: 50 }
}

/** Callers at once, each with a key of its own, which it sets again and again as soon as it is committed. */
export async function setTogether(name: string, count: number, folder: string): Promise<TogetherResult> {
  const contender = findSetContender(name)
  const { callers, rounds } = planCallers(count)
  const path = join(folder, 'trial.duckdb')
  const setter = await contender.open(path)
  await callAll(setter, callers, 1, warmUpRounds)
  const ms = await timeMs(() => callAll(setter, callers, warmUpRounds + 1, warmUpRounds + rounds))
  await setter.close()
  const verifiedRows = await verifyRecords(contender.entries(path), callers, () => warmUpRounds + rounds)
  return { setsPerSecond: (1000 * callers * rounds) / ms, verifiedRows }
}

async function callAll(setter: RecordSetter, callers: number, first: number, last: number): Promise<void> {
  const call = async (id: number) => {
    for (let version = first; version <= last; version++) await setter.set(makeRecord(id, version))
  }
  await Promise.all(Array.from({ length: callers }, (_, id) => call(id)))
}
