import type { BeginRequest, RefusalPage, Resolution } from '../../protocol/requests.js'
import type { Batch } from '../encode/batch.js'
import type { BufferPool } from '../encode/buffer-pool.js'
import type { InFlightWindow } from '../scheduling/flow-control.js'
import type { WorkerHost } from '../worker-thread/worker-client.js'

/** What a transaction writes to, and how. */
export type TransactionTarget = Omit<BeginRequest, 'transaction'>

let transactions = 0

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
export class RemoteTransaction {
  readonly #id = ++transactions
  readonly #host: WorkerHost
  readonly #target: TransactionTarget
  readonly #pool: BufferPool
  readonly #window: InFlightWindow
  readonly #events: Events
  readonly #underWay = new Set<Promise<void>>()
  #hasBegun = false
  #batches = 0
  #bytes = 0

  constructor(
    host: WorkerHost,
    target: TransactionTarget,
    pool: BufferPool,
    window: InFlightWindow,
    events: Events,
  ) {
    this.#host = host
    this.#target = target
    this.#pool = pool
    this.#window = window
    this.#events = events
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
    this.#watch(this.#host.request('begin', { transaction: this.#id, ...this.#target }))
  }

  /** Hands a batch over; false, and nothing happens, while the worker is too far behind. */
  trySend(batch: Batch): boolean {
    const { byteLength } = batch.buffer
    if (!this.#window.hasRoom(byteLength)) return false
    this.begin()
    this.#window.add(byteLength)
    this.#batches++
    this.#bytes += byteLength
    this.#watch(this.#write(batch, byteLength))
    return true
  }

  /** Lets the worker decide about every row sent; see the request. */
  async resolve(isAllOrNothing: boolean): Promise<Resolution> {
    if (!this.#hasBegun) return { inserted: 0, updated: 0, ignored: 0, refused: 0 }
    return this.#host.request('resolve', { transaction: this.#id, isAllOrNothing })
  }

  /** The next of the rows that were refused. */
  refusals(): Promise<RefusalPage> {
    return this.#host.request('refusals', { transaction: this.#id })
  }

  /** Resolves when everything sent is committed; resolves at once when nothing was. */
  async commit(): Promise<void> {
    if (!this.#hasBegun) return
    const { walBytes } = await this.#host.request('commit', { transaction: this.#id })
    await Promise.all(this.#underWay)
    this.#events.committed(walBytes)
  }

  /** Resolves when nothing of the transaction is left, or the worker is. */
  async rollback(): Promise<void> {
    // A worker that has ended took its transactions with it.
    if (this.#hasBegun) await this.#host.request('rollback', { transaction: this.#id }).catch(() => undefined)
    await Promise.all(this.#underWay)
  }

  async #write(batch: Batch, byteLength: number): Promise<void> {
    const encoded = batch.finish()
    try {
      const transferred = [encoded.buffer]
      if (encoded.absence !== undefined) transferred.push(encoded.absence.buffer)
      const request = { transaction: this.#id, batch: encoded }
      const { buffer } = await this.#host.request('write', request, transferred)
      this.#pool.give(buffer)
    } finally {
      this.#window.remove(byteLength)
    }
    this.#events.appended(encoded.rows)
  }

  #watch(request: Promise<void>): void {
    const watched = request.catch(this.#events.failed).finally(() => this.#underWay.delete(watched))
    this.#underWay.add(watched)
  }
}
