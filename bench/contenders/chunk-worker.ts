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
      /** What waits for answers, which come in the order of the messages. What the worker dies of ends the process. */
      const waiting: (() => void)[] = []
      worker.on('message', () => waiting.shift()?.())
      const send = (message: Command | readonly Row[]) => {
        worker.postMessage(message)
        return new Promise<void>((resolve) => waiting.push(resolve))
      }
      return {
        async write(rows) {
          const answers: Promise<void>[] = []
          for (const chunk of chunksOf(rows)) {
            answers.push(send(chunk))
            await new Promise(setImmediate)
            await answers.at(-maxUnacknowledged)
          }
          await send('commit')
          return undefined
        },
        async close() {
          worker.postMessage('close' satisfies Command)
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
