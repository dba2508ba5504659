import { once } from 'node:events'
import { Worker } from 'node:worker_threads'
import type { Contender } from './contender.js'

/** Rows of one message: what keeps the loop for a few milliseconds. */
const chunkRows = 2000
/** Messages that the worker has not appended yet. */
const maxUnacknowledged = 4

/** A worker that appends rows which reach it by structured clone, as one would write it by hand. */
export const cloningWorker: Contender = {
  async open(path) {
    const worker = new Worker(new URL('./cloning-worker-thread.js', import.meta.url), { workerData: path })
    await once(worker, 'message')
    return {
      async write(rows) {
        let unacknowledged = 0
        for (let start = 0; start < rows.length; start += chunkRows) {
          worker.postMessage(rows.slice(start, start + chunkRows))
          unacknowledged++
          await new Promise(setImmediate)
          for (; unacknowledged >= maxUnacknowledged; unacknowledged--) await once(worker, 'message')
        }
        worker.postMessage('commit')
        for (unacknowledged++; unacknowledged > 0; unacknowledged--) await once(worker, 'message')
        return undefined
      },
      async close() {
        worker.postMessage('close')
        await once(worker, 'exit')
      },
    }
  },
}
