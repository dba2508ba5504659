import { Bench } from 'tinybench'
import { baselineWork } from '../encode/baseline-work.js'
import { ColumnBatches } from '../encode/column-batches.js'
import { findColumnCase } from '../encode/column-cases.js'
import { verifyBatches } from '../encode/verify-batches.js'

export interface EncodeResult {
  /** The median of the rounds, each of all rows. */
  readonly nanosPerValue: number
  /** Of the case's baseline, in the same process. */
  readonly baselineNanosPerValue: number | undefined
  readonly verifiedRows: number
}

/** Encodes rows of one column again and again: a process for each type, whose code is compiled for this type alone. */
export async function encodeColumn(name: string, count: number): Promise<EncodeResult> {
  const column = findColumnCase(name)
  const rows = Array.from({ length: count }, (_, index) => ({ value: column.make(index) }))
  const batches = new ColumnBatches(column)
  const nanosPerValue = measure(count, () =>
    batches.encode(rows, (batch) => {
      batches.recycle(batch)
    }),
  )
  const work =
    column.baseline &&
    baselineWork(
      column.baseline,
      rows.map(({ value }) => value),
    )
  const baselineNanosPerValue = work && measure(count, work)
  return { nanosPerValue, baselineNanosPerValue, verifiedRows: await verifyBatches(column, rows) }
}

function measure(count: number, work: () => unknown): number {
  const isSmall = count < 10_000
  const bench = new Bench({ time: isSmall ? 10 : 60, warmupTime: isSmall ? 5 : 20, iterations: 10 })
  bench.add('round', () => {
    work()
  })
  const [task] = bench.runSync()
  const result = task?.result
  if (result?.state !== 'completed')
    throw new Error(`The rounds ended as ${result?.state}`, { cause: result })
  return (result.latency.p50 * 1e6) / count
}
