import type { BeginRequest, CallOutcome, CallRange } from '../../protocol/requests.js'
import type { ViolationPage } from '../../protocol/violation.js'
import type { Batch } from '../encode/batch.js'
import type { BufferPool } from '../encode/buffer-pool.js'
import type { FlowControl } from '../scheduling/flow-control.js'
import type { WorkerClient } from '../worker-thread/worker-client.js'

let transactions = 0

/** Numbers of transactions, by which the worker knows them. */
export function nextTransaction(): number {
  return ++transactions
}

interface Events {
  /** The worker has appended a batch of so many rows. */
  readonly appended: (rows: number) => void
  /** All of it is committed, and the write-ahead log has so many bytes. */
  readonly committed: (walBytes: number) => void
  /** A request has failed: nothing of the transaction will be written. */
  readonly failed: (error: unknown) => void
}

/**
 * A transaction in the worker, which begins with its first row.
 *
 * Requests are sent without waiting for the answers to those before: the worker keeps their order, and refuses what
 * comes after one that failed.
 */
export class TransactionClient {
  readonly #id = nextTransaction()
  readonly #client: WorkerClient
  readonly #begin: Omit<BeginRequest, 'transaction'>
  readonly #pool: BufferPool
  readonly #flow: FlowControl
  readonly #events: Events
  readonly #underWay = new Set<Promise<void>>()
  #hasBegun = false
  #batches = 0
  #bytes = 0

  /** @param begin - What it writes to; the methods have its writers by their indexes. */
  constructor(
    client: WorkerClient,
    begin: Omit<BeginRequest, 'transaction'>,
    pool: BufferPool,
    flow: FlowControl,
    events: Events,
  ) {
    this.#client = client
    this.#begin = begin
    this.#pool = pool
    this.#flow = flow
    this.#events = events
  }

  get id(): number {
    return this.#id
  }

  get batches(): number {
    return this.#batches
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Has the worker begin it, unless it has. Not waited for: the worker does so while rows are being encoded. */
  begin(): void {
    if (this.#hasBegun) return
    this.#hasBegun = true
    const begin = { transaction: this.#id, ...this.#begin }
    this.#watch(this.#client.request('begin', begin))
  }

  /** Hands a batch over; false, and nothing happens, while the worker is too far behind. */
  trySend(writer: number, batch: Batch): boolean {
    const { byteLength } = batch.buffer
    if (!this.#flow.hasRoom(byteLength)) return false
    this.begin()
    this.#flow.add(byteLength)
    this.#batches++
    this.#bytes += byteLength
    this.#watch(this.#write(writer, batch, byteLength))
    return true
  }

  /** Lets the worker decide about every row sent; see the request. */
  async apply(writer: number, calls: readonly CallRange[]): Promise<readonly CallOutcome[]> {
    if (!this.#hasBegun) return calls.map(() => ({ inserted: 0, updated: 0, ignored: 0, rejected: 0 }))
    return this.#client.request('apply', { transaction: this.#id, writer, calls })
  }

  /** The next of the rows that were rejected. */
  violations(writer: number): Promise<ViolationPage> {
    return this.#client.request('violations', { transaction: this.#id, writer })
  }

  /** Resolves when everything sent is committed; resolves at once when nothing was. */
  async commit(): Promise<void> {
    if (!this.#hasBegun) return
    const { walBytes } = await this.#client.request('commit', { transaction: this.#id })
    await Promise.all(this.#underWay)
    this.#events.committed(walBytes)
  }

  /** Resolves when nothing of the transaction is left, or the worker is. */
  async rollback(): Promise<void> {
    // A worker that has ended took its transactions with it.
    if (this.#hasBegun) {
      await this.#client.request('rollback', { transaction: this.#id }).catch(() => undefined)
    }
    await Promise.all(this.#underWay)
  }

  async #write(writer: number, batch: Batch, byteLength: number): Promise<void> {
    const encoded = batch.finish()
    try {
      const transferred = [encoded.buffer]
      if (encoded.omitted !== undefined) transferred.push(encoded.omitted.buffer)
      const request = { transaction: this.#id, writer, batch: encoded }
      const { buffer } = await this.#client.request('write', request, transferred)
      this.#pool.give(buffer)
    } finally {
      this.#flow.remove(byteLength)
    }
    this.#events.appended(encoded.rows)
  }

  #watch(request: Promise<void>): void {
    const watched = request.catch(this.#events.failed).finally(() => this.#underWay.delete(watched))
    this.#underWay.add(watched)
  }
}
