import { buffersOf } from '../../protocol/batch-layout.js'
import type { ViolationPage } from '../../protocol/violation.js'
import type { CallOutcome, CallRange, WriterRequest } from '../../protocol/write-requests.js'
import type { Batch } from '../encode/batch.js'
import type { TransactionClient } from './transaction-client.js'

interface Events {
  /** The worker has appended a batch of so many rows. */
  readonly appended: (rows: number) => void
  /** A request has failed: nothing of the transaction will be written. */
  readonly failed: (error: unknown) => void
}

/** What a transaction in the worker writes to one table. */
export class WriterClient {
  readonly #transaction: TransactionClient
  readonly #writer: number
  readonly #events: Events
  /** What it is still to be added as. */
  #added: WriterRequest | undefined
  readonly #writes = new Set<Promise<void>>()
  #hasBegun = false
  #batches = 0
  #bytes = 0

  /**
   * @param writer - Its index among those that the transaction begins with; or what is to be added, when its first row
   * comes.
   */
  constructor(transaction: TransactionClient, writer: number | WriterRequest, events: Events) {
    this.#transaction = transaction
    this.#events = events
    this.#writer = typeof writer === 'number' ? writer : transaction.nextWriter()
    if (typeof writer !== 'number') this.#added = writer
  }

  get batches(): number {
    return this.#batches
  }

  get bytes(): number {
    return this.#bytes
  }

  /** Has the worker make ready for rows, unless it has; not waited for. */
  begin(): void {
    this.#hasBegun = true
    this.#transaction.begin()
    if (this.#added === undefined) return
    const { client } = this.#transaction
    const added = client.request('addWriter', { ...this.#reference, ...this.#added })
    this.#added = undefined
    this.#watch(added)
  }

  /** Hands a batch over; false, and nothing happens, while the worker is too far behind. */
  trySend(batch: Batch): boolean {
    const { byteLength } = batch
    const { flow } = this.#transaction
    if (!flow.hasRoom(byteLength)) return false
    this.begin()
    flow.add(byteLength)
    this.#batches++
    this.#bytes += byteLength
    this.#watch(this.#write(batch, byteLength))
    return true
  }

  /** Lets the worker decide about every row sent; see the request. */
  async apply(calls: readonly CallRange[]): Promise<readonly CallOutcome[]> {
    if (!this.#hasBegun) return calls.map(() => ({ inserted: 0, updated: 0, ignored: 0, rejected: 0 }))
    const outcomes = await this.#transaction.client.request('apply', { ...this.#reference, calls })
    await Promise.all(this.#writes)
    return outcomes
  }

  /** The next of the rows that were rejected. */
  violations(): Promise<ViolationPage> {
    return this.#transaction.client.request('violations', this.#reference)
  }

  get #reference() {
    return { transaction: this.#transaction.id, writer: this.#writer }
  }

  async #write(batch: Batch, byteLength: number): Promise<void> {
    const { client, pool, flow } = this.#transaction
    const encoded = batch.finish()
    try {
      const request = { ...this.#reference, batch: encoded }
      const { buffer } = await client.request('write', request, buffersOf(encoded))
      pool.give(buffer)
    } finally {
      flow.remove(byteLength)
    }
    this.#events.appended(encoded.rows)
  }

  #watch(request: Promise<void>): void {
    const watched = this.#transaction
      .watch(request, this.#events.failed)
      .finally(() => this.#writes.delete(watched))
    this.#writes.add(watched)
  }
}
