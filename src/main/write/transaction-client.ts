import type { BeginRequest, CommitReply } from '../../protocol/write-requests.js'
import type { BufferPool } from '../encode/buffer-pool.js'
import type { FlowControl } from '../scheduling/flow-control.js'
import type { WorkerClient } from '../worker-thread/worker-client.js'

let transactions = 0

/** Numbers of transactions, by which the worker knows them. */
export function nextTransaction(): number {
  return ++transactions
}

interface Parts {
  readonly client: WorkerClient
  /** What it writes to from its beginning. */
  readonly begin: Omit<BeginRequest, 'transaction'>
  readonly pool: BufferPool
  readonly flow: FlowControl
  /** It could not begin: nothing of it will be written. */
  readonly failed: (error: unknown) => void
  /** All of it is committed. */
  readonly committed: (reply: CommitReply) => void
}

/**
 * A transaction in the worker, which begins with the first thing that is done in it.
 *
 * Requests are sent without waiting for the answers to those before: the worker keeps their order, and refuses what
 * comes after one that failed.
 */
export class TransactionClient {
  readonly id: number = nextTransaction()
  readonly client: WorkerClient
  readonly pool: BufferPool
  readonly flow: FlowControl
  readonly #parts: Parts
  readonly #underWay = new Set<Promise<void>>()
  #hasBegun = false
  #writers: number

  constructor(parts: Parts) {
    this.#parts = parts
    this.client = parts.client
    this.pool = parts.pool
    this.flow = parts.flow
    this.#writers = parts.begin.writers.length
  }

  get hasBegun(): boolean {
    return this.#hasBegun
  }

  /** The number of a writer that is to be added. */
  nextWriter(): number {
    return this.#writers++
  }

  /** Has the worker begin it, unless it has. Not waited for: the worker does so while rows are being encoded. */
  begin(): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    const begin = { transaction: this.id, ...this.#parts.begin }
    void this.watch(this.client.request('begin', begin), this.#parts.failed)
  }

  /** Has the end of the transaction wait for a request that nobody else waits for. */
  watch(request: Promise<void>, failed: (error: unknown) => void): Promise<void> {
    const watched = request.catch(failed).finally(() => this.#underWay.delete(watched))
    this.#underWay.add(watched)
    return watched
  }

  /** Resolves when everything sent is committed; resolves at once, to undefined, when nothing was. */
  async commit(): Promise<CommitReply | undefined> {
    if (!this.#hasBegun) return undefined
    const reply = await this.client.request('commit', { transaction: this.id })
    await Promise.all(this.#underWay)
    this.#parts.committed(reply)
    return reply
  }

  /** Resolves when nothing of the transaction is left, or the worker is. */
  async rollback(): Promise<void> {
    // A worker that has ended took its transactions with it.
    if (this.#hasBegun) {
      await this.client.request('rollback', { transaction: this.id }).catch(() => undefined)
    }
    await Promise.all(this.#underWay)
  }
}
