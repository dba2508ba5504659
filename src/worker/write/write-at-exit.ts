import { inspect } from 'node:util'
import { reportLoss } from '../../process/report-loss.js'
import { exactReading } from '../../protocol/query-value.js'
import { quoteName } from '../../protocol/visible-text.js'
import type { FinalWrite } from '../../protocol/write-requests.js'
import type { CatalogReader } from '../catalog/catalog-reader.js'
import type { Database } from '../database.js'
import type { IdleConnections } from './idle-connections.js'
import { WriteTransaction } from './write-transaction.js'

/** No other transaction has this number; the only writer of one has the other. */
const [transaction, writer] = [0, 0]

/** Rows that are reported one by one. */
const mostReported = 1000

/**
 * Writes rows while the process is exiting, when everything else has been asked to stop: in a transaction of their own,
 * like those of a call that leaves out what the table does not take. Nobody waits for an answer: what is lost is reported.
 */
export async function writeAtExit(
  database: Database,
  catalog: CatalogReader,
  connections: IdleConnections,
  { batches, ...request }: FinalWrite,
): Promise<void> {
  if (batches.length === 0) return
  const write = new WriteTransaction(database, catalog, connections)
  try {
    await write.begin({ transaction, writers: [request], reading: exactReading })
    for (const batch of batches) await write.write(writer, batch)
    if (request.isChecked) await apply(write, request.table.name, batches)
    await write.commit()
  } catch (error) {
    const { message } = error instanceof Error ? error : { message: String(error) }
    reportLoss(`what was due to be saved at exit is lost: ${message}`)
    await write.rollback()
  }
}

async function apply(write: WriteTransaction, table: string, batches: FinalWrite['batches']): Promise<void> {
  const rows = batches.reduce((sum, batch) => sum + batch.rows, 0)
  const [outcome] = await write.apply(writer, [{ firstRow: 0, rows, isAllOrNothing: false }])
  let left = outcome?.rejected ?? 0
  for (let reported = 0; left > 0 && reported < mostReported; ) {
    const { violations, isLast } = await write.violations(writer)
    for (const { code, constraint, row } of violations) {
      if (reported++ < mostReported) {
        reportLoss(`a row of ${quoteName(table)} is lost at exit (${code}: ${constraint}): ${inspect(row)}`)
        left--
      }
    }
    if (isLast) break
  }
  if (left > 0) reportLoss(`${left} more rows of ${quoteName(table)} are lost at exit`)
}
