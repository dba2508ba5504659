import { findKeyedContender } from '../contenders/index.js'
import { databaseBytes } from '../database-bytes.js'
import { median } from '../report/median.js'
import type { Verified } from '../report/to-contender-report.js'
import { type EventRow, makeRow, makeScatteredRows } from '../rows.js'
import { verify } from '../verify.js'
import { openLoaded } from './open-loaded.js'
import { timeMs } from './time-ms.js'

export interface UpsertResult extends Verified {
  /** The median of the rounds. */
  readonly roundMs: number
  readonly checkpointMs: number
  /** Of the file and its log. */
  readonly bytes: {
    readonly loaded: number
    readonly upserted: number
    readonly checkpointed: number
  }
}

/** Rounds of a trial. */
export const upsertsOfTrial = 5

/** How many of a table's rows get new values: 10,000, or a tenth of a smaller table. */
export function scatteredKeys(count: number): number {
  return Math.min(10_000, Math.ceil(count / 10))
}

/** Gives rows that are scattered over a table new values, one round after the other, each of one transaction. */
export async function upsertScattered(name: string, count: number, folder: string): Promise<UpsertResult> {
  const { writer, path } = await openLoaded(findKeyedContender(name), count, folder)
  const loaded = await databaseBytes(path)
  const keys = scatteredKeys(count)
  const step = Math.floor(count / keys)
  const roundMs: number[] = []
  for (let round = 1; round <= upsertsOfTrial; round++) {
    const rows = makeScatteredRows(keys, step, round)
    roundMs.push(await timeMs(() => writer.upsert(rows)))
  }
  const upserted = await databaseBytes(path)
  const checkpointMs = await timeMs(() => writer.checkpoint())
  const checkpointed = await databaseBytes(path)
  await writer.close()
  const changed = makeScatteredRows(keys, step, upsertsOfTrial)
  const verifiedRows = await verify(path, withChanges(count, changed), changed)
  return { roundMs: median(roundMs), checkpointMs, bytes: { loaded, upserted, checkpointed }, verifiedRows }
}

/** What the table must hold in the end. */
function* withChanges(count: number, changed: readonly EventRow[]): Generator<EventRow> {
  const byId = new Map(changed.map((row) => [row.id, row]))
  for (let id = 0; id < count; id++) yield byId.get(id) ?? makeRow(id, 0)
}
