import { once } from 'node:events'
import { Worker } from 'node:worker_threads'

export interface MemorySample {
  /** By the clock of `monotonicMs()`. */
  readonly atMs: number
  readonly rssBytes: number
}

/** Looks at the resident memory of the process every 10 ms, in a thread of its own, which a busy main thread does not delay. */
export class MemorySampler {
  readonly #worker: Worker

  private constructor(worker: Worker) {
    this.#worker = worker
  }

  /** Resolves once the first sample is taken: the thread has the memory it takes by then. */
  static async start(): Promise<MemorySampler> {
    const worker = new Worker(new URL('./memory-sampler-thread.js', import.meta.url))
    await once(worker, 'message')
    return new MemorySampler(worker)
  }

  async stop(): Promise<readonly MemorySample[]> {
    this.#worker.postMessage('stop')
    const [samples]: MemorySample[][] = await once(this.#worker, 'message')
    return samples ?? []
  }
}
