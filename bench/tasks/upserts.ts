import { stat } from 'node:fs/promises'
import { join } from 'node:path'
import { findContender } from '../contenders/index.js'
import { timeMs } from '../measure/clock.js'
import { checksumOf } from '../read-back/checksum.js'
import { readDuckDB } from '../read-back/read-duckdb.js'
import { verifyRows } from '../read-back/verify-rows.js'
import { mebibytes, median } from '../report/statistics.js'
import { type EventRow, event, makeEvent, makeScatteredEvents } from '../shapes/event.js'
import type { Task } from './task.js'

/** Rounds of a trial. */
export const upsertsOfTrial = 5

/** How many of a table's rows get new values: 10,000, or a tenth of a smaller table. */
export function scatteredKeys(count: number): number {
  return Math.min(10_000, Math.ceil(count / 10))
}

/** Gives rows that are scattered over a table new values, one round after the other, each of one transaction. */
export const upsertScattered: Task = async (name, count, folder) => {
  const { writer, path } = await openLoaded(name, count, folder)
  const loaded = await databaseMiB(path)
  const keys = scatteredKeys(count)
  const step = Math.floor(count / keys)
  const roundMs: number[] = []
  for (let round = 1; round <= upsertsOfTrial; round++) {
    const rows = makeScatteredEvents(keys, step, round)
    roundMs.push(await timeMs(() => writer.upsert(rows)))
  }
  const upserted = await databaseMiB(path)
  const checkpointMs = await timeMs(() => writer.checkpoint())
  const checkpointed = await databaseMiB(path)
  await writer.close()
  const changed = makeScatteredEvents(keys, step, upsertsOfTrial)
  return {
    verifiedRows: await verifyEvents(path, withChanges(count, changed), changed),
    values: {
      'time per round': median(roundMs),
      'file, loaded': loaded,
      [`file after ${upsertsOfTrial} rounds`]: upserted,
      'file after CHECKPOINT': checkpointed,
      'time of CHECKPOINT': checkpointMs,
    },
  }
}

/**
 * What is upserted how often: 10,000 keys 1,000 times, which takes half a minute, where there are 1,000,000 rows; 200
 * times from 100,000 on; fewer keys 10 times where all is to be small. The rounds are a multiple of 10.
 */
export function planRounds(count: number) {
  const isFullLength = count >= 1_000_000
  const rounds = count < 100_000 ? 10 : 200
  return { keys: scatteredKeys(count), rounds: isFullLength ? 1000 : rounds, isFullLength }
}

/** Gives all rows of a table new values, again and again: does it get slower, and does the file grow? */
export const upsertRounds: Task = async (name, count, folder) => {
  const { keys, rounds } = planRounds(count)
  const { writer, path } = await openLoaded(name, keys, folder)
  // As it was loaded, and after the CHECKPOINT that follows each tenth of the rounds.
  const files = [await databaseMiB(path)]
  const tenth = rounds / 10
  const roundMs: number[] = []
  for (let round = 1; round <= rounds; round++) {
    const rows = makeScatteredEvents(keys, 1, round)
    roundMs.push(await timeMs(() => writer.upsert(rows)))
    if (round % tenth > 0) continue
    await writer.checkpoint()
    files.push(await databaseMiB(path))
  }
  await writer.close()
  const rows = makeScatteredEvents(keys, 1, rounds)
  const middle = Math.floor((rounds - tenth) / 2)
  return {
    verifiedRows: await verifyEvents(path, rows, rows),
    values: {
      'time per round, first tenth': median(roundMs.slice(0, tenth)),
      'time per round, middle tenth': median(roundMs.slice(middle, middle + tenth)),
      'time per round, last tenth': median(roundMs.slice(-tenth)),
      'slowest round': Math.max(...roundMs),
      // A file grows and shrinks as its free blocks are used: it is what it grows to that must not grow.
      'largest file, first half': Math.max(...files.slice(1, 6)),
      'largest file, second half': Math.max(...files.slice(6)),
    },
    series: { files },
  }
}

/** The size of a database file and of its log, which DuckDB has only while there is something in it. */
export async function databaseMiB(path: string): Promise<number> {
  const files = await Promise.all([path, `${path}.wal`].map((file) => stat(file).catch(() => undefined)))
  return mebibytes(files.reduce((bytes, file) => bytes + (file?.size ?? 0), 0))
}

/**
 * Reads a database file and throws unless it holds the events.
 *
 * @param rows - All of them, of which only a checksum is compared.
 * @param exactRows - Those of them that are compared value by value.
 * @returns How many rows it holds.
 */
export function verifyEvents(
  path: string,
  rows: Iterable<EventRow>,
  exactRows: readonly EventRow[] = [],
): Promise<number> {
  return verifyRows(readDuckDB, path, event, checksumOf(event, rows), exactRows)
}

/** Warms the code up with a small database, and opens another one whose file holds `count` events. */
async function openLoaded(name: string, count: number, folder: string) {
  const warmUpRows = Math.min(2000, count)
  const warmUp = await load(name, warmUpRows, join(folder, 'warm-up.duckdb'))
  await warmUp.upsert(makeScatteredEvents(Math.ceil(warmUpRows / 2), 2, 1))
  await warmUp.close()
  const path = join(folder, 'trial.duckdb')
  return { writer: await load(name, count, path), path }
}

/** The rows are not kept: a large heap would slow down what is measured later. */
async function load(name: string, count: number, path: string) {
  const { write, upsert, checkpoint, close } = await findContender(name).open(path, event)
  if (upsert === undefined || checkpoint === undefined) throw new Error(`${name} takes no rows by their key`)
  await write(makeScatteredEvents(count, 1, 0))
  await checkpoint()
  return { upsert, checkpoint, close }
}

/** What the table must hold in the end. */
function* withChanges(count: number, changed: readonly EventRow[]): Generator<EventRow> {
  const byId = new Map(changed.map((row) => [row.id, row]))
  for (let id = 0; id < count; id++) yield byId.get(id) ?? makeEvent(id, 0)
}
