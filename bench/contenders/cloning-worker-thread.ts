import { once } from 'node:events'
import { type MessagePort, parentPort, workerData } from 'node:worker_threads'
import { DuckDBInstance } from '@duckdb/node-api'
import { createTable, type EventRow } from '../rows.js'
import { appendRows } from './append-rows.js'

const port = parentPort as MessagePort
const instance = await DuckDBInstance.create(workerData, { threads: '1' })
const connection = await instance.connect()
await connection.run(createTable())
const queue: (readonly EventRow[] | 'commit' | 'close')[] = []
const queued = new EventTarget()
port.on('message', (message) => {
  queue.push(message)
  queued.dispatchEvent(new Event('message'))
})
port.postMessage('ready')

for (;;) {
  await connection.run('BEGIN TRANSACTION')
  let end: 'commit' | 'close' = 'close'
  await appendRows(connection, receive())
  await connection.run('COMMIT')
  if (end === 'close') break
  port.postMessage('committed')

  async function* receive(): AsyncGenerator<readonly EventRow[]> {
    for (;;) {
      if (queue.length === 0) await once(queued, 'message')
      const message = queue.shift()
      if (message === 'commit' || message === 'close') {
        end = message
        return
      }
      if (message !== undefined) {
        yield message
        port.postMessage('appended')
      }
    }
  }
}
connection.closeSync()
instance.closeSync()
port.close()
