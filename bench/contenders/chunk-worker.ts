import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { ReadBack } from '../read-back/verify-rows.js'
import type { Row } from '../shapes/shape.js'
import type { Contender } from './contender.js'

/** Rows of one message: what keeps the loop for a few milliseconds. */
const chunkRows = 2000
/** Messages that the worker has not appended yet. */
const maxUnacknowledged = 4

/** What a worker is sent, besides chunks of rows; it answers each message, and says that it is ready before the first. */
export type Command = 'commit' | 'close'

/** What a worker is started with. */
export interface ChunkWorkerData {
  readonly database: 'duckdb' | 'sqlite'
  readonly path: string
  readonly shape: string
}

const program = new URL('./chunk-worker-thread.js', import.meta.url)

/** A worker that writes rows which reach it by structured clone, as one would write it by hand. */
export function chunkWorker(database: ChunkWorkerData['database'], readBack: ReadBack): Contender {
  return {
    async open(path, shape) {
      const workerData: ChunkWorkerData = { database, path, shape: shape.name }
      const worker = new Worker(program, { workerData })
      await once(worker, 'message')
      let unanswered = 0
      worker.on('message', () => unanswered--)
      const send = (message: Command | readonly Row[]) => {
        unanswered++
        worker.postMessage(message)
      }
      /** Rejects with what the worker dies of. */
      const fewerUnanswered = async (count: number) => {
        while (unanswered >= count) await once(worker, 'message')
      }
      return {
        async write(rows) {
          for (const chunk of chunksOf(rows)) {
            send(chunk)
            await new Promise(setImmediate)
            await fewerUnanswered(maxUnacknowledged)
          }
          send('commit')
          await fewerUnanswered(1)
          return undefined
        },
        async close() {
          send('close')
          await once(worker, 'exit')
        },
      }
    },
    readBack,
  }
}

function* chunksOf(rows: Iterable<Row>): Generator<readonly Row[]> {
  if (Array.isArray(rows)) {
    for (let start = 0; start < rows.length; start += chunkRows) yield rows.slice(start, start + chunkRows)
    return
  }
  let chunk: Row[] = []
  for (const row of rows) {
    chunk.push(row)
    if (chunk.length < chunkRows) continue
    yield chunk
    chunk = []
  }
  if (chunk.length > 0) yield chunk
}
