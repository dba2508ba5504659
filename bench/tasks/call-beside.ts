import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { open } from 'duckpaddle'
import { timeMs } from '../measure/clock.js'
import { addChecksums, checksumOf } from '../read-back/checksum.js'
import { readDuckDB } from '../read-back/read-duckdb.js'
import { checksumOfFirst, verifyRows } from '../read-back/verify-rows.js'
import { median, percentile } from '../report/statistics.js'
import { event } from '../shapes/event.js'
import { reading } from '../shapes/reading.js'
import { generateRows } from '../shapes/shape.js'
import type { Task } from './task.js'

/** The tables that the small calls are on: the one of the bulk calls, or one that has as many rows, and a key. */
export const besideNames = ['duckpaddle, same table', 'duckpaddle, another table with a key'] as const
const intervalMs = 10
const warmUpCalls = 50

/** Persists rows of an array again and again, alone and beside calls of one row, until there are calls enough. */
export const callBeside: Task = async (name, count, folder, { checksum: known }) => {
  const path = join(folder, 'trial.duckdb')
  const rows = [...generateRows(event, count)]
  const db = await open(path, { threads: 1 })
  const bulk = await db.table(event.table, { columns: event.columns })
  const isSame = name === besideNames[0]
  const shape = isSame ? event : reading
  const table = isSame ? bulk : await db.table(shape.table, { columns: shape.columns, key: [shape.key] })
  if (!isSame) await table.persist(generateRows(shape, count))
  let calls = 0
  const call = () => table.persist([shape.makeRow(count + calls++)])
  for (let made = 0; made < warmUpCalls; made++) await call()
  const alone: number[] = []
  const beside: number[] = []
  const latencies: number[] = []
  while (latencies.length < Math.min(300, count / 100)) {
    // Of the log of earlier rounds.
    await db.checkpoint()
    alone.push(await timeMs(() => bulk.persist(rows)))
    await db.checkpoint()
    const bulkMs = timeMs(() => bulk.persist(rows))
    latencies.push(...(await callDuring(bulkMs, call)))
    beside.push(await bulkMs)
  }
  await db.close()
  // Those of the calls, of each of the tables.
  const small = Array.from({ length: calls }, (_, made) => shape.makeRow(count + made))
  const others = isSame ? small : []
  const checksum = known ?? checksumOfFirst(event, count)
  const all = addChecksums(checksum, alone.length + beside.length, checksumOf(event, others))
  const verifiedRows = await verifyRows(readDuckDB, path, event, all, others)
  if (!isSame) await verifyRows(readDuckDB, path, shape, checksumOfFirst(shape, count + calls), small)
  return {
    verifiedRows,
    checksum,
    values: {
      'latency p50': percentile(latencies, 50),
      'latency p99': percentile(latencies, 99),
      'small calls': latencies.length,
      'bulk call alone': median(alone) / 1000,
      'bulk call beside': median(beside) / 1000,
      'times alone': median(beside) / median(alone),
    },
  }
}

/**
 * Calls at a fixed rate, whether or not the calls before are over, until something else is.
 *
 * @returns The latencies, each from when the call was due: one that was made late was late for those who wait.
 */
async function callDuring(work: Promise<unknown>, call: () => Promise<unknown>): Promise<number[]> {
  let isOver = false
  const end = () => {
    isOver = true
  }
  work.then(end, end)
  const latencies: Promise<number>[] = []
  for (let dueAtMs = performance.now(); !isOver; dueAtMs += intervalMs) {
    latencies.push(call().then(() => performance.now() - dueAtMs))
    // A timer of a fraction fires early.
    await sleep(Math.max(0, Math.ceil(dueAtMs + intervalMs - performance.now())))
  }
  return Promise.all(latencies)
}
