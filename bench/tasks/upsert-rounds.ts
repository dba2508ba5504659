import { findKeyedContender } from '../contenders/index.js'
import { databaseBytes } from '../database-bytes.js'
import { median } from '../report/median.js'
import type { Verified } from '../report/to-contender-report.js'
import { makeScatteredRows } from '../rows.js'
import { verify } from '../verify.js'
import { openLoaded } from './open-loaded.js'
import { timeMs } from './time-ms.js'

export interface RoundsResult extends Verified {
  /** Medians of a tenth of the rounds each. */
  readonly firstMs: number
  readonly middleMs: number
  readonly lastMs: number
  readonly slowestMs: number
  /** Of the file when it was loaded, and after the CHECKPOINT that follows each tenth of the rounds. */
  readonly checkpointedBytes: readonly number[]
}

export interface RoundsPlan {
  readonly keys: number
  /** A multiple of 10. */
  readonly rounds: number
  readonly isFullLength: boolean
}

/**
 * What is upserted how often: 10,000 keys 1,000 times, which takes half a minute, where there are 1,000,000 rows; 200
 * times from 100,000 on; fewer keys 10 times where all is to be small.
 */
export function planRounds(count: number): RoundsPlan {
  const isFullLength = count >= 1_000_000
  const rounds = count < 100_000 ? 10 : 200
  return { keys: Math.min(10_000, Math.ceil(count / 10)), rounds: isFullLength ? 1000 : rounds, isFullLength }
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
  const verifiedRows = await verify(path, rows, rows)
  const middle = Math.floor((rounds - tenth) / 2)
  return {
    firstMs: median(roundMs.slice(0, tenth)),
    middleMs: median(roundMs.slice(middle, middle + tenth)),
    lastMs: median(roundMs.slice(-tenth)),
    slowestMs: Math.max(...roundMs),
    checkpointedBytes,
    verifiedRows,
  }
}
