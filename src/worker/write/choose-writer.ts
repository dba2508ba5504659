import type { WriteTarget } from '../ingest/write-target.js'
import type { TransactionConnection } from '../transaction-connection.js'
import { DirectWriter } from './direct-writer.js'
import { StagedWriter } from './staged-writer.js'
import type { TableWriter } from './table-writer.js'

/**
 * Rows go into their table at once where nothing there can refuse them, for that costs least: 1,000,000 rows took half
 * as long again by way of a staging table.
 *
 * @param startsLate - Whether the transaction begins only when the rows are there, so that they have to wait.
 */
export function chooseWriter(
  connection: TransactionConnection,
  target: WriteTarget,
  startsLate: boolean,
): Promise<TableWriter> {
  const { metadata, key, hasRowId } = target
  // New rows are known by their rowid: to look after a key, or to stage them when one lacks a column with a DEFAULT.
  const needsRowId = key !== undefined || metadata.defaults.size > 0
  const isDirect = !startsLate && !metadata.isConstrained && (hasRowId || !needsRowId)
  return isDirect ? DirectWriter.create(connection, target) : StagedWriter.create(connection, target)
}
