import { on } from 'node:events'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import type { DuckDBAppender } from '@duckdb/node-api'
import { findShape } from '../shapes/index.js'
import { columnKinds, parameters, type Row, type Shape, toStoredRow } from '../shapes/shape.js'
import type { ChunkWorkerData, Command } from './chunk-worker.js'
import { openMainThread } from './main-thread.js'
import { openSqlite } from './sqlite.js'

/** What is done with chunks of rows. */
interface ChunkSink {
  begin(): Promise<void>
  append(rows: readonly Row[]): void
  commit(): Promise<void>
  close(): unknown
}

// Above what runs: a function is hoisted, and this is not.
const sqliteTypes = {
  ...{ integer: 'INTEGER', float: 'REAL', timestamp: 'INTEGER' },
  ...{ text: 'TEXT', json: 'TEXT', nested: 'TEXT' },
}
const sinks = { duckdb: openDuckDBSink, sqlite: openSqliteSink } as const
const { database, path, shape }: ChunkWorkerData = workerData
const sink = await sinks[database](path, findShape(shape))
// There is one in every worker.
const port = parentPort as MessagePort
let isWriting = false
const messages = on(port, 'message')
port.postMessage('ready')
for await (const [message] of messages) {
  const received: readonly Row[] | Command = message
  if (received === 'close') break
  if (!isWriting) await sink.begin()
  isWriting = received !== 'commit'
  if (received === 'commit') await sink.commit()
  else sink.append(received)
  port.postMessage('done')
}
await sink.close()
port.close()

async function openDuckDBSink(path: string, shape: Shape): Promise<ChunkSink> {
  const { connection, close } = await openMainThread(path, shape)
  let appender: DuckDBAppender | undefined
  return {
    async begin() {
      await connection.run('BEGIN TRANSACTION')
      appender = await connection.createAppender(shape.table)
    },
    append(rows) {
      if (appender === undefined) return
      for (const row of rows) shape.append(appender, row)
    },
    async commit() {
      appender?.closeSync()
      await connection.run('COMMIT')
    },
    close,
  }
}

async function openSqliteSink(path: string, shape: Shape): Promise<ChunkSink> {
  const columns = columnKinds(shape)
  const definitions = columns.map(([name, kind]) => `"${name}" ${sqliteTypes[kind]}`)
  const database = await openSqlite(path)
  database.pragma('journal_mode = WAL')
  // A commit is on the disk when it returns, as DuckDB's is.
  database.pragma('synchronous = FULL')
  database.exec(`CREATE TABLE IF NOT EXISTS ${shape.table} (${definitions.join(', ')})`)
  const statement = database.prepare(`INSERT INTO ${shape.table} VALUES (${parameters(shape)})`)
  return {
    async begin() {
      database.exec('BEGIN')
    },
    append(rows) {
      for (const row of rows) statement.run(...Object.values(toStoredRow(columns, row)))
    },
    async commit() {
      database.exec('COMMIT')
    },
    close: () => database.close(),
  }
}
