import { pathToFileURL } from 'node:url'
import type { Worker } from 'node:worker_threads'
import type { Piscina } from 'piscina'
import type { InstanceNews } from '../../protocol/instance-news.js'
import type { CloseRequest, Outcome, ReplyOf, RequestName, RequestOf } from '../../protocol/requests.js'
import { shutdownWordsBytes } from '../../protocol/shutdown-words.js'
import type { FinalWrite } from '../../protocol/write-requests.js'
import { PersistenceError } from '../contract/persistence-error.js'
import type { ResourceLimits } from '../contract/resource-limits.js'
import { exitGuard, requestStop } from './exit-guard.js'
import { loadPiscina } from './load-piscina.js'
import { reviveFailure } from './revive-failure.js'
import { unpackReply } from './unpack-reply.js'

/** More requests than are ever under way: piscina would queue what exceeds it, and lose their order. */
const unboundedTasks = 2 ** 30

/**
 * One worker thread, from its start to its end. It is never replaced behind our back: a fresh worker has no database
 * open, so what holds this one must know.
 */
export class WorkerClient {
  readonly #pool: Piscina
  readonly #control = new SharedArrayBuffer(shutdownWordsBytes)
  readonly #exited: Promise<void>
  readonly #takeFinalWrites: () => FinalWrite[]
  readonly #keepNews: (news: InstanceNews) => void
  #mustReopen = false
  #isLost = false
  #lossCause: unknown
  #isOpen = false
  #isStopping = false
  #isAbandoned = false

  /**
   * @param takeFinalWrites - What is to be written when the process exits.
   * @param keepNews - Is given what each answer says of the instance.
   */
  constructor(
    resourceLimits: ResourceLimits | undefined,
    takeFinalWrites: () => FinalWrite[],
    keepNews: (news: InstanceNews) => void,
  ) {
    this.#takeFinalWrites = takeFinalWrites
    this.#keepNews = keepNews
    const { Piscina, worker: file } = loadPiscina()
    this.#pool = new Piscina({
      filename: pathToFileURL(file).href,
      minThreads: 1,
      maxThreads: 1,
      idleTimeout: Number.POSITIVE_INFINITY,
      concurrentTasksPerWorker: unboundedTasks,
      // 'sync' would hold the worker's own timers and ports while it is idle.
      atomics: 'disabled',
      workerData: this.#control,
      ...(resourceLimits === undefined ? {} : { resourceLimits }),
    })
    // Emitted when the thread fails while nothing is asked of it; otherwise the requests under way reject.
    this.#pool.on('error', (error) => {
      this.#isLost = true
      this.#lossCause ??= error
    })
    const [worker] = this.#pool.threads as [Worker]
    this.#exited = new Promise((resolve) => worker.once('exit', () => resolve(this.#onExit())))
    exitGuard.add(this)
  }

  /** The memory of `control-block.ts`, which the worker has as its data. */
  get control(): SharedArrayBuffer {
    return this.#control
  }

  /** True once the thread has ended without being asked to. */
  get isLost(): boolean {
    return this.#isLost
  }

  /** What the thread has ended with, where it is lost and that is known. */
  get lossCause(): unknown {
    return this.#lossCause
  }

  /** True once a COMMIT has failed in a way that only opening the file again puts right. */
  get mustReopen(): boolean {
    return this.#mustReopen
  }

  /** Resolves when the thread has ended: until then it may hold the database file. */
  get exited(): Promise<void> {
    return this.#exited
  }

  /**
   * Sends a request; requests arrive in the order in which they are sent.
   *
   * @throws `PERSIST_WORKER_LOST` if the worker ends before it has answered.
   * @throws TypeError for a request that cannot be sent, and `PERSIST_QUERY_FAILED` for a reply that cannot be read:
   * the worker goes on.
   */
  async request<Name extends RequestName>(
    name: Name,
    request: RequestOf<Name>,
    transferList: ArrayBuffer[] = [],
  ): Promise<ReplyOf<Name>> {
    if (this.#isLost) throw workerLost()
    let outcome: Outcome<ReplyOf<Name>>
    try {
      // A running task is never given a signal: aborting it would end the thread, and with it the process.
      outcome = await this.#pool.run({ name, request }, { name: 'handle', transferList })
    } catch (error) {
      // The request was never sent.
      if (error instanceof DOMException && error.name === 'DataCloneError') {
        throw new TypeError(`Expected values that can be sent to a worker: ${error.message}`, {
          cause: error,
        })
      }
      // Handlers answer with data; only a thread that ends rejects.
      this.#isLost = true
      this.#lossCause ??= error
      throw workerLost(error)
    }
    this.#keepNews(outcome)
    if (outcome.mustReopen) this.#mustReopen = true
    if (outcome.ok) {
      if (name === 'open') this.#isOpen = true
      // What the worker packed is the reply to this request.
      return 'packed' in outcome ? (unpackReply(outcome.packed) as ReplyOf<Name>) : outcome.reply
    }
    // Answered by the empty worker that piscina starts in the place of a lost one.
    if (outcome.failure.code === 'PERSIST_WORKER_LOST') this.#isLost = true
    throw reviveFailure(outcome.failure)
  }

  /** Ends the thread, which must have closed its database. */
  async stop(): Promise<void> {
    this.#isStopping = true
    await this.#pool.close()
    await this.#exited
  }

  /** True once nobody waits for the thread any more, which is inside of DuckDB. */
  get isAbandoned(): boolean {
    return this.#isAbandoned
  }

  /** Has the thread close its database as soon as DuckDB returns, and does not wait for it. */
  abandon(): void {
    if (this.#isAbandoned || this.#isLost) return
    this.#isAbandoned = true
    requestStop(this.#control)
    this.#post({ finalWrites: [] })
  }

  /** Sends the last request, whose answer cannot be waited for: the process is exiting. */
  postClose(): void {
    // A worker that has no database open could not write them.
    this.#post({ finalWrites: this.#isOpen ? this.#takeFinalWrites() : [] })
  }

  #post(request: CloseRequest): void {
    const transferList = request.finalWrites.flatMap(({ batches }) => batches.map(({ buffer }) => buffer))
    this.#pool.run({ name: 'close', request }, { name: 'handle', transferList }).catch(() => undefined)
  }

  #onExit(): void {
    exitGuard.delete(this)
    if (this.#isStopping) return
    this.#isLost = true
    // piscina has started another worker, which is idle and stays so.
    void this.#pool.close()
  }
}

function workerLost(cause?: unknown): PersistenceError {
  return new PersistenceError('PERSIST_WORKER_LOST', 'The worker thread has ended', { cause })
}
