import { join } from 'node:path'
import type { Writer } from '../contenders/contender.js'
import { findContender, rowLimits } from '../contenders/index.js'
import { type MeasuredWrite, measureWrite } from '../measure/measure-write.js'
import { sampleMemory } from '../measure/memory.js'
import { timeline } from '../measure/timeline.js'
import { watchWork } from '../measure/watch-work.js'
import { checksumOfFirst, sampleIndexes, verifyRows } from '../read-back/verify-rows.js'
import { mebibytes } from '../report/statistics.js'
import { watchServer } from '../server/watch-server.js'
import { findShape } from '../shapes/index.js'
import { generateRows, type Row } from '../shapes/shape.js'
import type { Task, TrialResult } from './task.js'

/** Enough for the code that encodes and appends to be compiled by V8: the times of a second such write are no less. */
const warmUpRows = 20_000
/** Of a contender that takes long for a row: this part of its limit, which takes a second at most. */
const slowShare = 0.1

type Watched = Pick<TrialResult, 'timelines'> & { measured: MeasuredWrite; values?: TrialResult['values'] }

/** Writes rows, which are there in an array, to a new database. */
export const writeRows: Task = writing('array', async (write) => ({ measured: await measureWrite(write) }))

/** The same, while the thread that does so is a server to a client in another process. */
export const serveWhileWriting: Task = writing('array', (write) => watchServer(() => measureWrite(write)))

/** The same, and the delays of the event loop are watched. */
export const writeWatched: Task = writing('array', async (write) => {
  const { measured, delays } = await watchWork(write)
  return { measured: { ...measured, receipt: measured.result }, values: { ...delays } }
})

/** Writes rows that are made as they are asked for, so that the memory which is looked at is the write's alone. */
export const streamRows: Task = writing('generator', async (write) => {
  const stop = await sampleMemory()
  const measured = await measureWrite(write)
  const points = (await stop())
    .filter(({ atMs }) => atMs >= measured.startedAtMs && atMs <= measured.endedAtMs)
    .map(({ atMs, rssBytes }) => [atMs, mebibytes(rssBytes)] as const)
  return { measured, timelines: [timeline('resident memory', 'MiB', measured, points)] }
})

function writing(
  source: 'array' | 'generator',
  watch: (write: () => ReturnType<Writer['write']>) => Promise<Watched>,
): Task {
  return async (name, count, folder, { shape: shapeName = 'event', checksum: known }) => {
    const { open, readBack } = findContender(name)
    const shape = findShape(shapeName)
    if (name !== 'idle') {
      // In a file of its own: the code is warm then, as in a server that runs.
      const limit = slowShare * (rowLimits[name] ?? Infinity)
      const warmUp = await open(join(folder, 'warm-up.duckdb'), shape)
      const first = generateRows(shape, Math.min(warmUpRows, limit))
      await warmUp.write(await makeReady(warmUp, first, 'array'))
      await warmUp.close()
    }
    const path = join(folder, 'trial.duckdb')
    const writer = await open(path, shape)
    const rows = await makeReady(writer, generateRows(shape, count), source)
    const { measured, values, ...seen } = await watch(() => writer.write(rows))
    await writer.close()
    const result = { ...seen, values: { ...valuesOf(measured, name === 'idle' ? 0 : count), ...values } }
    if (readBack === undefined) return { ...result, verifiedRows: null }
    // Made anew: what a contender has done to the rows it was given is not what is to be found.
    const checksum = known ?? checksumOfFirst(shape, count)
    const exactRows: Row[] = sampleIndexes(count).map((index) => shape.makeRow(index))
    return { ...result, verifiedRows: await verifyRows(readBack, path, shape, checksum, exactRows), checksum }
  }
}

async function makeReady(
  { prepare }: Writer,
  rows: Iterable<Row>,
  source: 'array' | 'generator',
): Promise<Iterable<Row>> {
  if (prepare === undefined) return source === 'array' ? [...rows] : rows
  await prepare(rows)
  return []
}

/** @param rows - None, of which there are no figures per row, where nothing is written. */
function valuesOf(measured: MeasuredWrite, rows: number): TrialResult['values'] {
  const { seconds, mainCpuSeconds, rssGrowthBytes, rssGrowthAtEndBytes, receipt } = measured
  return {
    'time to write': seconds,
    'rows per second': rows === 0 ? undefined : rows / seconds,
    'time per row': rows === 0 ? undefined : (1e6 * seconds) / rows,
    'main-thread CPU': mainCpuSeconds,
    'main-thread CPU per row':
      mainCpuSeconds === undefined || rows === 0 ? undefined : (1e6 * mainCpuSeconds) / rows,
    'peak memory above start': mebibytes(rssGrowthBytes),
    'memory above start at the end': mebibytes(rssGrowthAtEndBytes),
    slices: receipt?.slices,
    'overlong slices': receipt?.overlongSlices,
    'longest slice': receipt?.longestSliceMs,
    'encode time': receipt?.encodeMs,
  }
}
