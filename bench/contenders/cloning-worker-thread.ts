import { workerData } from 'node:worker_threads'
import { type DuckDBAppender, DuckDBInstance } from '@duckdb/node-api'
import { createTable } from '../shapes/create-table.js'
import { findShape } from '../shapes/index.js'
import type { ChunkWorkerData } from './chunk-worker.js'
import { receiveChunks } from './receive-chunks.js'

const { path, shape: name }: ChunkWorkerData = workerData
const shape = findShape(name)
const instance = await DuckDBInstance.create(path, { threads: '1' })
const connection = await instance.connect()
await connection.run(createTable(shape))
let appender: DuckDBAppender | undefined

await receiveChunks({
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
  close() {
    connection.closeSync()
    instance.closeSync()
  },
})
