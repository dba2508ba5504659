import { reportLoss } from '../../process/report-loss.js'
import type { EncodedBatch } from '../../protocol/batch-layout.js'
import type { FinalWrite } from '../../protocol/requests.js'
import type { Batch } from '../encode/batch.js'
import { RowEncoder } from '../encode/row-encoder.js'
import { growingRow } from '../encode/row-error.js'
import type { BoundTable } from '../schema/bound-table.js'

/** Encodes rows at once, however many, for a process that is about to exit; bad ones are reported on stderr. */
export function encodeAtExit({ ref, columns, allocator }: BoundTable, rows: readonly unknown[]): FinalWrite {
  const encoder = new RowEncoder(columns)
  const batches: EncodedBatch[] = []
  let batch: Batch | undefined
  for (const row of rows) {
    let attempts = 0
    let outcome = encoder.encode(row)
    while (outcome === 'batch-full') {
      const isAlone = batch?.rows === 0
      if (isAlone && ++attempts > columns.length) {
        outcome = growingRow
        break
      }
      const neededHeapBytes = (batch?.neededHeapBytes ?? 0) - (batch?.heapBytes ?? 0)
      if (batch !== undefined && batch.rows > 0) batches.push(batch.finish())
      batch = allocator.allocate(neededHeapBytes)
      encoder.attach(batch)
      outcome = encoder.encode(row)
    }
    if (outcome !== undefined) reportLoss(`a row is lost at exit: ${outcome.message}`)
  }
  if (batch !== undefined && batch.rows > 0) batches.push(batch.finish())
  return { table: ref, columns, batches }
}
