import { join } from 'node:path'
import type { Contender, Writer } from '../contenders/contender.js'
import { findContender } from '../contenders/index.js'
import { timeMs } from '../measure/clock.js'
import { collectGarbage } from '../measure/memory.js'
import { checksumOf } from '../read-back/checksum.js'
import { verifyRows } from '../read-back/verify-rows.js'
import { percentile } from '../report/statistics.js'
import { findShape } from '../shapes/index.js'
import { generateRows, type Row, type Shape } from '../shapes/shape.js'
import type { Task } from './task.js'

/** What is found of each number of callers. */
export const callFigures = ['calls per second', 'latency p50', 'latency p99'] as const

/** How many call at once, one number after the other; fewer where all is to be small. */
export function callerCounts(count: number): readonly number[] {
  return [1, 10, 100, 1000].filter((callers) => callers === 1 || callers <= count / 10)
}

/** Callers that each await their call of one row, whose key no other has, of a table that holds `count` rows. */
export const callNew: Task = calling(({ write }, count) => ({ write, indexOf: (call) => count + call }))

/** The same with keys that are there, scattered over the table: the rows get new values. */
export const callExisting: Task = calling(({ upsert }, count) => {
  if (upsert === undefined) throw new Error('Expected a contender that takes rows by their key')
  return { write: upsert, indexOf: (call) => (call * 7919) % count }
})

interface Calls {
  readonly write: (rows: Iterable<Row>) => Promise<unknown>
  /** The index of the row that is written by a call. */
  readonly indexOf: (call: number) => number
}

function calling(plan: (writer: Writer, count: number) => Calls): Task {
  return async (name, count, folder, { shape: shapeName = 'reading', seconds = 1 }) => {
    const contender = findContender(name)
    const shape = findShape(shapeName)
    const path = join(folder, 'trial.duckdb')
    const writer = await openLoaded(contender, count, shape, path)
    const { write, indexOf } = plan(writer, count)
    const written: number[] = []
    const call = () => {
      const value = written.length
      const index = indexOf(value)
      written.push(index)
      return write([{ ...shape.makeRow(index), value }])
    }
    await callFor(seconds / 5, 1, call)
    const found: Awaited<ReturnType<typeof callFor>>[] = []
    for (const callers of callerCounts(count)) {
      if (callers <= (contender.maxCallers ?? callers)) found.push(await callFor(seconds, callers, call))
    }
    await writer.close()
    return {
      verifiedRows: await verifyCalls(contender, path, shape, count, written),
      values: {},
      series: Object.fromEntries(callFigures.map((name) => [name, found.map((figures) => figures[name])])),
    }
  }
}

/** A file is loaded, closed, and opened again, as by a program that starts; the code is warm then. */
async function openLoaded(contender: Contender, count: number, shape: Shape, path: string): Promise<Writer> {
  const loader = await contender.open(path, shape)
  await loader.write(generateRows(shape, count))
  await loader.close()
  const writer = await contender.open(path, shape)
  await collectGarbage()
  return writer
}

/** Each of the callers calls at least once, and again until the time is over. */
async function callFor(seconds: number, callers: number, call: () => Promise<unknown>) {
  const latencies: number[] = []
  const startedAt = performance.now()
  const endsAt = startedAt + 1000 * seconds
  const callAgain = async () => {
    do latencies.push(await timeMs(call))
    while (performance.now() < endsAt)
  }
  await Promise.all(Array.from({ length: callers }, callAgain))
  return {
    'calls per second': (1000 * latencies.length) / (performance.now() - startedAt),
    'latency p50': percentile(latencies, 50),
    'latency p99': percentile(latencies, 99),
  }
}

/**
 * Reads a file and throws unless it holds the first `count` rows, and those of the calls, each once and with the value
 * of the last call that wrote it, which is the call's number. The rows of calls are compared one by one.
 *
 * @param written - The index of the row of each call, in their order.
 * @returns How many rows it holds.
 */
export async function verifyCalls(
  { readBack }: Pick<Contender, 'readBack'>,
  path: string,
  shape: Shape,
  count: number,
  written: readonly number[],
): Promise<number> {
  if (readBack === undefined) throw new Error('Expected a contender that writes')
  const values = new Map(written.map((index, value) => [index, value]))
  const rowOf = (index: number) => {
    const row = shape.makeRow(index)
    return { ...row, value: values.get(index) ?? row.value }
  }
  function* rows() {
    for (let index = 0; index < count; index++) yield rowOf(index)
    for (const index of values.keys()) if (index >= count) yield rowOf(index)
  }
  return verifyRows(readBack, path, shape, checksumOf(shape, rows()), [...values.keys()].map(rowOf))
}
