import { reportLoss } from '../../process/report-loss.js'
import type { FinalWrite } from '../../protocol/requests.js'
import type { Database } from '../database.js'
import { AppenderSink } from '../ingest/appender-sink.js'
import type { ChunkSink } from '../ingest/chunk-sink.js'
import { TransactionConnection } from '../transaction-connection.js'

/** Writes rows while the process is exiting, when everything else has been asked to stop. Nobody waits for an answer. */
export async function writeAtExit(
  database: Database,
  { table, columns, batches }: FinalWrite,
): Promise<void> {
  if (batches.length === 0) return
  const connection = await TransactionConnection.openToTheEnd(database)
  let sink: ChunkSink | undefined
  try {
    await connection.runToTheEnd('BEGIN TRANSACTION')
    sink = await AppenderSink.open(connection, table, columns)
    for (const batch of batches) await sink.append(batch)
    await sink.finish()
    await connection.runToTheEnd('COMMIT')
  } catch (error) {
    await sink?.discard()
    reportLoss(`what was due to be saved at exit is lost: ${error}`)
  } finally {
    connection.disconnect()
  }
}
