import { join } from 'node:path'
import type { Contender, Writer } from '../contenders/contender.js'
import { findRecordContender, findSetContender, rowLimits } from '../contenders/index.js'
import { timeMs } from '../measure/clock.js'
import { collectGarbage, watchMemory } from '../measure/memory.js'
import { verifyRecords } from '../read-back/verify-records.js'
import { mebibytes, median } from '../report/statistics.js'
import { type KeyValueRecord, keyValue, makeRecord, makeRecords } from '../shapes/key-value.js'
import type { Task } from './task.js'
import { databaseMiB } from './upserts.js'

/** Of a loop that takes a millisecond a record; the rest would be seconds of waiting. */
const slowWarmUpRecords = 200

/** Saves new records to a new file, after as many to another one have warmed the code up, as in a server that runs. */
export const saveRecords: Task = async (name, count, folder) => {
  const contender = findRecordContender(name)
  const warmUpRecords = Object.hasOwn(rowLimits, name) ? Math.min(count, slowWarmUpRecords) : count
  await saveNew(contender, join(folder, 'warm-up.duckdb'), makeRecords(0, warmUpRecords, 0))
  const path = join(folder, 'trial.duckdb')
  const values = await saveNew(contender, path, makeRecords(0, count, 0))
  return { verifiedRows: await verifyRecords(contender, path, count, () => 0), values }
}

async function saveNew(contender: Contender, path: string, records: readonly KeyValueRecord[]) {
  const writer = await contender.open(path, keyValue)
  const { result, rssGrowthBytes } = await watchMemory(async () => {
    const stageMs = await timeMs(() => writer.stage?.(records))
    const startedAt = performance.now()
    const receipt = await writer.write(records)
    return { stageMs, saveMs: performance.now() - startedAt, longestSliceMs: receipt?.longestSliceMs }
  })
  await writer.close()
  return {
    'time to save': result.saveMs / 1000,
    'time of setMany': writer.stage === undefined ? undefined : result.stageMs / 1000,
    'records per second': (1000 * records.length) / result.saveMs,
    'longest slice (budget 2)': result.longestSliceMs,
    'peak memory above start': mebibytes(rssGrowthBytes),
  }
}

const warmUpRounds = 3
/** Rounds of a trial: fewer where they take long, each of them as long as the last. */
export const planChanges = { rounds: 20, leastRounds: 5, budgetMs: 1500 } as const

/** How many records of a store change in a round: 1,000, or a tenth of a smaller store. */
export function changedRecords(count: number): number {
  return Math.min(1000, Math.ceil(count / 10))
}

/** Changes records that are scattered over a store, in each round others, and saves them in one transaction. */
export const changeRecords: Task = async (name, count, folder) => {
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
    const ms = await timeChange(
      writer,
      ids.map((id) => makeRecord(id, round)),
    )
    if (round <= warmUpRounds) continue
    roundMs.push(ms)
    spentMs += ms
  }
  await writer.close()
  return {
    verifiedRows: await verifyRecords(contender, path, count, (id) => versions.get(id) ?? 0),
    values: {
      'time per round': median(roundMs),
      // Where the adapter folds its log into its table, or DuckDB makes a checkpoint.
      'slowest round': Math.max(...roundMs),
      'rounds per second': 1000 / median(roundMs),
    },
  }
}

/**
 * What changes how often: 1,000 records 10,000 times, which takes a minute, where there are 1,000,000; 800 times from
 * 100,000 on, in each half of which the log is folded and its blocks are used again; fewer records 100 times where all
 * is to be small. The rounds are a multiple of 10.
 */
export function planRepeats(count: number) {
  const isFullLength = count >= 1_000_000
  const rounds = count < 100_000 ? 100 : 800
  const records = Math.min(1000, Math.ceil(count / 100))
  return { records, rounds: isFullLength ? 10_000 : rounds, isFullLength }
}

/** Changes and saves all records of a store, again and again: does the file or the memory grow? */
export const repeatChanges: Task = async (name, count, folder) => {
  const contender = findRecordContender(name)
  const { records, rounds } = planRepeats(count)
  const path = join(folder, 'trial.duckdb')
  const writer = await openWithRecords(contender, records, path)
  const roundMs: number[] = []
  const files = [await databaseMiB(path)]
  const tenths = {
    file: [...files],
    memory: [mebibytes(process.memoryUsage.rss())],
    ms: [null as number | null],
  }
  for (let round = 1; round <= rounds; round++) {
    roundMs.push(await timeChange(writer, makeRecords(0, records, round)))
    files.push(await databaseMiB(path))
    if (round % (rounds / 10) > 0) continue
    tenths.file.push(files.at(-1) ?? 0)
    tenths.memory.push(mebibytes(process.memoryUsage.rss()))
    tenths.ms.push(median(roundMs.slice(-rounds / 10)))
  }
  await writer.close()
  return {
    verifiedRows: await verifyRecords(contender, path, records, () => rounds),
    values: {
      'time per round, first tenth': tenths.ms[1] ?? undefined,
      'time per round, last tenth': tenths.ms.at(-1) ?? undefined,
      'largest file and log, first half': Math.max(...files.slice(1, rounds / 2 + 1)),
      'largest file and log, second half': Math.max(...files.slice(rounds / 2 + 1)),
      'resident memory, first tenth': tenths.memory[1],
      'resident memory, last tenth': tenths.memory.at(-1),
    },
    series: tenths,
  }
}

/** How many callers there are, fewer where all is to be small, and how often each of them sets its record. */
export function planCallers(count: number) {
  return { callers: Math.min(1000, Math.ceil(count / 100)), rounds: 50 }
}

/** Callers at once, each with a key of its own, which it sets again and again as soon as it is committed. */
export const setTogether: Task = async (name, count, folder) => {
  const contender = findSetContender(name)
  const { callers, rounds } = planCallers(count)
  const path = join(folder, 'trial.duckdb')
  const setter = await contender.open(path)
  const callAll = (first: number, last: number) => {
    const call = async (id: number) => {
      for (let version = first; version <= last; version++) await setter.set(makeRecord(id, version))
    }
    return Promise.all(Array.from({ length: callers }, (_, id) => call(id)))
  }
  await callAll(1, warmUpRounds)
  const ms = await timeMs(() => callAll(warmUpRounds + 1, warmUpRounds + rounds))
  await setter.close()
  return {
    verifiedRows: await verifyRecords(contender, path, callers, () => warmUpRounds + rounds),
    values: { 'sets per second': (1000 * callers * rounds) / ms },
  }
}

/** How many records the one caller sets: fewer where all is to be small. */
export function planSets(count: number) {
  return { warmUpSets: 50, sets: count < 100_000 ? 100 : 1000 }
}

/** One caller, which sets new keys, one after the other, each as soon as the last is committed. */
export const setAlone: Task = async (name, count, folder) => {
  const contender = findSetContender(name)
  const { warmUpSets, sets } = planSets(count)
  const path = join(folder, 'trial.duckdb')
  const setter = await contender.open(path)
  const setMs: number[] = []
  for (let id = 0; id < warmUpSets + sets; id++) {
    const record = makeRecord(id, 0)
    setMs.push(await timeMs(() => setter.set(record)))
  }
  await setter.close()
  const measured = setMs.slice(warmUpSets)
  return {
    verifiedRows: await verifyRecords(contender, path, warmUpSets + sets, () => 0),
    values: { 'time per set': median(measured), 'slowest set': Math.max(...measured) },
  }
}

/** From the first change in memory to the commit. */
function timeChange(writer: Writer, records: readonly KeyValueRecord[]): Promise<number> {
  return timeMs(async () => {
    await writer.stage?.(records)
    await writer.write(records)
  })
}

/** Records of one save: all of a large store would be garbage that slows down what is measured later. */
const chunkRecords = 100_000

/** Fills a new file with the records 0 to `count` - 1, closes it, and opens it again, as a program that starts does. */
async function openWithRecords(contender: Contender, count: number, path: string): Promise<Writer> {
  await fillWithRecords(contender, count, path)
  const opened = await contender.open(path, keyValue)
  await collectGarbage()
  return opened
}

/** Fills a new file with the records 0 to `count` - 1, and closes it. */
export async function fillWithRecords(contender: Contender, count: number, path: string): Promise<void> {
  const writer = await contender.open(path, keyValue)
  for (let start = 0; start < count; start += chunkRecords) {
    const records = makeRecords(start, Math.min(count, start + chunkRecords), 0)
    await writer.stage?.(records)
    await writer.write(records)
  }
  await writer.close()
}
