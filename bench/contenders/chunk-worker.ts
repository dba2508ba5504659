import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { ReadBack } from '../read-back/read-back.js'
import type { Contender } from './contender.js'

/** Rows of one message: what keeps the loop for a few milliseconds. */
const chunkRows = 2000
/** Messages that the worker has not appended yet. */
const maxUnacknowledged = 4

/** What a worker is told, besides chunks of rows; it answers each message, and says that it is ready before the first. */
export type Command = 'commit' | 'close'

/** What a worker is started with. */
export interface ChunkWorkerData {
  readonly path: string
  readonly shape: string
}

/** A worker that writes rows which reach it by structured clone, as one would write it by hand. */
export function chunkWorker(program: URL, readBack: ReadBack): Contender {
  return {
    async open(path, shape) {
      const workerData: ChunkWorkerData = { path, shape: shape.name }
      const worker = new Worker(program, { workerData })
      await once(worker, 'message')
      const answers = new Answers(worker)
      return {
        async write(rows) {
          for (const chunk of chunksOf(rows)) {
            answers.expect()
            worker.postMessage(chunk)
            await new Promise(setImmediate)
            await answers.fewerThan(maxUnacknowledged)
          }
          answers.expect()
          worker.postMessage('commit' satisfies Command)
          await answers.fewerThan(1)
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

/** Counts what a worker has not answered yet. */
class Answers {
  readonly #worker: Worker
  #expected = 0

  constructor(worker: Worker) {
    this.#worker = worker
    worker.on('message', () => this.#expected--)
  }

  expect(): void {
    this.#expected++
  }

  /** Rejects with what the worker dies of. */
  async fewerThan(count: number): Promise<void> {
    while (this.#expected >= count) await once(this.#worker, 'message')
  }
}

function* chunksOf<Row>(rows: Iterable<Row>): Generator<readonly Row[]> {
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
