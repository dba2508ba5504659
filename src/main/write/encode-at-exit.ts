import { reportLoss } from '../../process/report-loss.js'
import type { FinalWrite } from '../../protocol/requests.js'
import { BatchSeries } from '../encode/batch-series.js'
import { RowEncoder } from '../encode/row-encoder.js'
import type { BoundTable } from '../schema/bound-table.js'

/** Encodes rows at once, however many, for a process that is about to exit; bad ones are reported on stderr. */
export function encodeAtExit({ ref, columns, allocator }: BoundTable, rows: readonly unknown[]): FinalWrite {
  const series = new BatchSeries(new RowEncoder(columns), allocator)
  for (const row of rows) {
    const problem = series.add(row)
    if (problem !== undefined) reportLoss(`a row is lost at exit: ${problem.message}`)
  }
  return { table: ref, columns, batches: series.finish() }
}
