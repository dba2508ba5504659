import { Bench } from 'tinybench'
import { ColumnBatches } from '../encode/column-batches.js'
import { findColumnCase } from '../encode/column-cases.js'
import type { Task } from './task.js'

/** Encodes rows of one column again and again: a process for each type, whose code is compiled for this type alone. */
export const encodeColumn: Task = async (name, count) => {
  const column = findColumnCase(name)
  const rows = Array.from({ length: count }, (_, index) => ({ value: column.make(index) }))
  const batches = new ColumnBatches(column)
  const nanos = nanosPerValue(count, () => batches.encode(rows))
  const work = column.baseline?.prepare(rows.map(({ value }) => value))
  const baseline = work && nanosPerValue(count, work)
  return {
    verifiedRows: await batches.verify(rows),
    values: {
      'time per value': nanos,
      baseline,
      'times baseline': baseline === undefined ? undefined : nanos / baseline,
    },
  }
}

/** The median of the rounds, each of all rows. */
function nanosPerValue(count: number, work: () => unknown): number {
  const isSmall = count < 10_000
  const bench = new Bench({ time: isSmall ? 10 : 60, warmupTime: isSmall ? 5 : 20, iterations: 10 })
  bench.add('round', () => {
    work()
  })
  const result = bench.runSync()[0]?.result
  if (result?.state === 'completed') return (result.latency.p50 * 1e6) / count
  throw new Error(`The rounds ended as ${result?.state}`, { cause: result })
}
