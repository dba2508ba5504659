import { shutdownWords, workerStates } from '../protocol/shutdown-words.js'
import { WorkerFailure } from './failure.js'

/** The worker's side of the shared memory: see `protocol/shutdown-block.ts`. */
export class Shutdown {
  readonly #words: Int32Array
  #isLast = false

  constructor(memory: SharedArrayBuffer) {
    this.#words = new Int32Array(memory)
  }

  /** Says that DuckDB is about to be loaded or to open a database; refuses when the process is already exiting. */
  attach(): void {
    Atomics.store(this.#words, shutdownWords.state, workerStates.attached)
    if (!this.isStopping) return
    this.park()
    this.checkStop()
  }

  /** Says that DuckDB has nothing to do any more: the thread may be ended. */
  park(): void {
    Atomics.store(this.#words, shutdownWords.state, workerStates.parked)
    Atomics.notify(this.#words, shutdownWords.state)
  }

  get isStopping(): boolean {
    return Atomics.load(this.#words, shutdownWords.stop) === 1
  }

  /** Everything has stopped: what is written from now on is not to be. */
  allowLastWrites(): void {
    this.#isLast = true
  }

  /** Throws once main has asked the worker to stop. */
  checkStop(): void {
    if (this.isStopping && !this.#isLast) {
      throw new WorkerFailure({ code: 'PERSIST_CLOSED', message: 'The process is exiting' })
    }
  }
}
