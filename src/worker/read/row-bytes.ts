import { getHeapStatistics } from 'node:v8'
import { WorkerFailure } from '../failure.js'

/** A row of more bytes is converted while no call of DuckDB is under way. */
export const largeRowBytes: number = 1024 * 1024

/** The part of the heap that a row may take: there are up to three copies of it while it is converted. */
const largestShare = 1 / 8

/** @throws `PERSIST_OUT_OF_MEMORY` for a row that could exhaust the heap. */
export function checkRowBytes(bytes: number): void {
  if (bytes <= largeRowBytes) return
  const heapBytes = getHeapStatistics().heap_size_limit
  if (bytes <= heapBytes * largestShare) return
  throw new WorkerFailure({
    code: 'PERSIST_OUT_OF_MEMORY',
    message: `A row of about ${bytes} bytes is too large for the heap of the worker, which has ${heapBytes}: see \`resourceLimits\``,
  })
}
