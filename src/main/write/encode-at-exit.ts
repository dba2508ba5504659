import { reportLoss } from '../../process/report-loss.js'
import type { FinalWrite } from '../../protocol/write-requests.js'
import { BatchSeries } from '../encode/batch-series.js'
import type { EncodingOptions } from '../encode/row-encoder.js'
import type { BoundTable } from '../schema/bound-table.js'

/** How the rows are written, and what they are called where they cannot be. */
interface Writing extends EncodingOptions {
  readonly describe: (position: number) => string
}

/** Rows of a table that others find no conflicts in. */
const plainly: Writing = { onConflict: 'error', parse: false, describe: () => 'a row' }

/** Encodes rows at once, however many, for a process that is about to exit; bad ones are reported on stderr. */
export function encodeAtExit(
  table: BoundTable,
  rows: readonly unknown[],
  writing: Writing = plainly,
): FinalWrite {
  const { onConflict, describe } = writing
  const { ref, columns, key, isChecked, allocator, encoders } = table
  const encoder = encoders.lease(writing)
  encoder.lookAtPrototype()
  const series = new BatchSeries(encoder, allocator)
  for (const [position, row] of rows.entries()) {
    const problem = series.add(row)
    if (problem !== undefined) reportLoss(`${describe(position)} is lost at exit: ${problem.message}`)
  }
  const batches = series.finish()
  encoders.giveBack(encoder)
  return { table: ref, columns, key, onConflict, isChecked, batches }
}
