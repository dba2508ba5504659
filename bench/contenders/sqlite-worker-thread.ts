import { workerData } from 'node:worker_threads'
import { createSqliteTable, insertInto } from '../shapes/create-table.js'
import { findShape } from '../shapes/index.js'
import type { ChunkWorkerData } from './chunk-worker.js'
import { receiveChunks } from './receive-chunks.js'
import { openSqlite } from './sqlite.js'

const { path, shape: name }: ChunkWorkerData = workerData
const shape = findShape(name)
const database = await openSqlite(path)
database.pragma('journal_mode = WAL')
// A commit is on the disk when it returns, as DuckDB's is.
database.pragma('synchronous = FULL')
database.exec(createSqliteTable(shape))
const statement = database.prepare(insertInto(shape))

await receiveChunks({
  async begin() {
    database.exec('BEGIN')
  },
  append(rows) {
    for (const row of rows) statement.run(...shape.bindSqlite(row))
  },
  async commit() {
    database.exec('COMMIT')
  },
  close() {
    database.close()
  },
})
