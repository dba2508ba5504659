import { writeSync } from 'node:fs'
import type { FinalWrite } from '../../protocol/requests.js'
import type { Database } from '../database.js'
import { AppenderSink } from '../ingest/appender-sink.js'

/** Writes rows while the process is exiting, when everything else has been told to stop. Nobody waits for an answer. */
export async function writeAtExit(
  database: Database,
  { table, columns, batches }: FinalWrite,
): Promise<void> {
  if (batches.length === 0) return
  const connection = await database.connectToTheEnd()
  let writer: AppenderSink | undefined
  try {
    await database.executeToTheEnd(connection, 'BEGIN TRANSACTION')
    const { schema, catalog } = database.place
    writer = new AppenderSink(await connection.createAppender(table, schema, catalog), columns)
    for (const batch of batches) writer.append(batch)
    writer.finish()
    await database.executeToTheEnd(connection, 'COMMIT')
  } catch (error) {
    writer?.discard()
    // Past the main thread, which is waiting and prints nothing any more.
    writeSync(2, `duckpaddle: what was due to be saved at exit is lost: ${error}\n`)
  } finally {
    database.disconnect(connection)
  }
}
