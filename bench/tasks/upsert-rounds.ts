import { findKeyedContender } from '../contenders/index.js'
import { databaseBytes } from '../database-bytes.js'
import { median } from '../median.js'
import { makeScatteredRows } from '../rows.js'
import { verify } from '../verify.js'
import { openLoaded } from './open-loaded.js'
import { timeMs } from './time-ms.js'

export interface RoundsResult {
  /** Medians of a tenth of the rounds each. */
  readonly firstMs: number
  readonly middleMs: number
  readonly lastMs: number
  readonly slowestMs: number
  /** Of the file when it was loaded, and after the CHECKPOINT that follows each tenth of the rounds. */
  readonly checkpointedBytes: readonly number[]
}

/** What is upserted how often: 10,000 keys 1,000 times, or fewer where all is to be small. */
export function planRounds(count: number): { readonly keys: number; readonly rounds: number } {
  return { keys: Math.min(10_000, count), rounds: count < 100_000 ? 10 : 1000 }
}

/** Gives all rows of a table new values, again and again: does it get slower, and does the file grow? */
export async function upsertRounds(name: string, count: number, folder: string): Promise<RoundsResult> {
  const { keys, rounds } = planRounds(count)
  const { writer, path } = await openLoaded(findKeyedContender(name), keys, folder)
  const checkpointedBytes = [await databaseBytes(path)]
  const tenth = rounds / 10
  const roundMs: number[] = []
  for (let round = 1; round <= rounds; round++) {
    const rows = makeScatteredRows(keys, 1, round)
    roundMs.push(await timeMs(() => writer.upsert(rows)))
    if (round % tenth > 0) continue
    await writer.checkpoint()
    checkpointedBytes.push(await databaseBytes(path))
  }
  await writer.close()
  const rows = makeScatteredRows(keys, 1, rounds)
  await verify(path, rows, rows)
  const middle = Math.floor((rounds - tenth) / 2)
  return {
    firstMs: median(roundMs.slice(0, tenth)),
    middleMs: median(roundMs.slice(middle, middle + tenth)),
    lastMs: median(roundMs.slice(-tenth)),
    slowestMs: Math.max(...roundMs),
    checkpointedBytes,
  }
}
