import { type DuckDBConnection, DuckDBInstance, timestampValue } from '@duckdb/node-api'
import { createTable, makeEvents } from './demo-event.js'
import type { WayOfWriting } from './way-of-writing.js'

/** Less than ten seconds on most machines; a million would take ten minutes or more. */
const insertedRows = 10_000
const insertingMs = 10_000

/** A loop of INSERTs in a transaction. */
export const insertRowByRow: WayOfWriting = {
  totalRows: insertedRows,
  prepare: onMainThread(async (connection, { countRows, signal }) => {
    const endMs = performance.now() + insertingMs
    for (const { id, seen_at, kind, amount, payload } of makeEvents(insertedRows)) {
      const values = [id, seen_at.toISOString(), kind, amount, JSON.stringify(payload)]
      await connection.run('INSERT INTO events VALUES (?, ?::TIMESTAMP, ?, ?, ?)', values)
      countRows(1)
      signal.throwIfAborted()
      if (performance.now() > endMs) break
    }
  }),
}

const appendedRows = 1_000_000

/** DuckDB's Appender. Its calls are synchronous. */
export const appendOnMain: WayOfWriting = {
  totalRows: appendedRows,
  prepare: onMainThread(async (connection, { countRows }) => {
    const appender = await connection.createAppender('events')
    for (const { id, seen_at, kind, amount, payload } of makeEvents(appendedRows)) {
      appender.appendBigInt(BigInt(id))
      appender.appendTimestamp(timestampValue(BigInt(seen_at.getTime()) * 1000n))
      appender.appendVarchar(kind)
      appender.appendDouble(amount)
      appender.appendVarchar(JSON.stringify(payload))
      appender.endRow()
    }
    appender.closeSync()
    countRows(appendedRows)
  }),
}

type Write = (connection: DuckDBConnection, context: Parameters<WayOfWriting['prepare']>[0]) => Promise<void>

/** A database of its own on this thread. */
function onMainThread(write: Write): WayOfWriting['prepare'] {
  return async (context) => {
    const { instance, connection } = await createDatabase(context.file)
    return {
      async write() {
        await connection.run('BEGIN TRANSACTION')
        await write(connection, context)
        await connection.run('COMMIT')
      },
      async countWritten() {
        const reader = await connection.runAndReadAll('SELECT count(*) FROM events')
        return Number(reader.getRows()[0]?.[0])
      },
      async close() {
        // Elsewhere than on this thread, where closing would do it.
        await connection.run('CHECKPOINT').catch(() => {})
        connection.closeSync()
        instance.closeSync()
      },
    }
  }
}

async function createDatabase(file: string) {
  const instance = await DuckDBInstance.create(file, { threads: '1' })
  try {
    const connection = await instance.connect()
    await connection.run(createTable)
    return { instance, connection }
  } catch (error) {
    instance.closeSync()
    throw error
  }
}
