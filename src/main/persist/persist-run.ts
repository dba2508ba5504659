import { setImmediate } from 'node:timers/promises'
import { describeValue } from '../describe-value.js'
import type { Batch } from '../encode/batch.js'
import type { BatchAllocator } from '../encode/batch-allocator.js'
import type { RowEncoder, RowFault } from '../encode/row-encoder.js'
import { PersistenceError } from '../errors/persistence-error.js'
import type { ResolvedPersistOptions } from '../options/persist-options.js'
import type { Cancellation } from './cancellation.js'
import type { InFlightWindow } from './in-flight-window.js'
import type { Receipt } from './receipt.js'
import type { Rejection } from './rejection.js'
import type { RemoteTransaction } from './remote-transaction.js'
import type { AsyncSource, RowSource, SyncSource } from './row-source.js'
import type { SliceClock } from './slice-clock.js'

export interface PersistRunParts {
  readonly source: RowSource
  readonly encoder: RowEncoder
  readonly allocator: BatchAllocator
  readonly window: InFlightWindow
  readonly clock: SliceClock
  readonly cancellation: Cancellation
  readonly options: ResolvedPersistOptions
}

/** Takes the rows of one `persist()` from their source, encodes them in slices, and hands the batches over. */
export class PersistRun {
  readonly #parts: PersistRunParts
  readonly #rejections: Rejection[] = []
  #transaction: RemoteTransaction | undefined
  #batch: Batch | undefined
  #rows = 0
  #rejected = 0
  #appended = 0

  constructor(parts: PersistRunParts) {
    this.#parts = parts
  }

  /** Encodes and sends every row; nothing is committed by it. */
  async encodeInto(transaction: RemoteTransaction): Promise<void> {
    this.#transaction = transaction
    const { source, clock, encoder, allocator, cancellation } = this.#parts
    encoder.detach()
    try {
      await (source.isAsync ? this.#takeAsync(source) : this.#takeSync(source))
      while (!this.#sendBatch()) await this.#waitForWorker()
    } catch (error) {
      // A source that is being waited for may never answer; it is told of the end, and learns of it when it does.
      const released = release(source)
      if (!cancellation.isCancelled) await released
      throw error
    } finally {
      clock.end()
      encoder.detach()
      if (this.#batch !== undefined) allocator.recycle(this.#batch)
    }
  }

  /** The worker has appended `rows` rows of a batch. */
  noteAppended(rows: number): void {
    this.#appended += rows
    const { options, cancellation } = this.#parts
    try {
      options.onProgress?.({
        rows: this.#rows,
        rejected: this.#rejected,
        appended: this.#appended,
        bytes: this.#transaction?.bytes ?? 0,
      })
    } catch (error) {
      cancellation.cancel(error)
    }
  }

  receipt(totalMs: number): Receipt {
    const { clock } = this.#parts
    return Object.freeze({
      rows: this.#rows,
      inserted: this.#rows - this.#rejected,
      updated: 0,
      ignored: 0,
      rejected: this.#rejected,
      rejections: this.#rejections,
      bytes: this.#transaction?.bytes ?? 0,
      batches: this.#transaction?.batches ?? 0,
      slices: clock.slices,
      longestSliceMs: clock.longestMs,
      overlongSlices: clock.overlong,
      encodeMs: clock.totalMs,
      totalMs,
    })
  }

  async #takeSync(source: SyncSource): Promise<void> {
    const { clock } = this.#parts
    clock.start()
    while (source.advance()) {
      while (!this.#accept(source.row)) await this.#waitForWorker()
      if (clock.isOver()) await this.#yield()
    }
  }

  async #takeAsync(source: AsyncSource): Promise<void> {
    const { clock, cancellation } = this.#parts
    for (;;) {
      let hasLoopTurned = false
      clock.start()
      const turn = globalThis.setImmediate(() => {
        hasLoopTurned = true
      })
      // One slice: as long as the source answers without the event loop having had a turn.
      while (!hasLoopTurned) {
        const { done, value } = await cancellation.guard(source.next())
        if (hasLoopTurned) {
          clock.endAtLastSeen()
          clock.start()
        }
        if (done === true) return clearImmediate(turn)
        while (!this.#accept(value)) await this.#waitForWorker()
        if (clock.isOver()) break
      }
      clearImmediate(turn)
      if (hasLoopTurned) clock.end()
      else await this.#yield()
    }
  }

  /** Encodes a row, or counts it as rejected; false while there is no room for it. */
  #accept(row: unknown): boolean {
    const { encoder, allocator } = this.#parts
    for (;;) {
      const outcome = encoder.encode(row)
      if (outcome === undefined) {
        this.#rows++
        return true
      }
      if (outcome !== 'batch-full') {
        this.#reject(row, outcome)
        return true
      }
      const { neededHeapBytes = 0, heapBytes = 0 } = this.#batch ?? {}
      if (!this.#sendBatch()) return false
      // What the row itself needs, as far as it is known: it may turn out to need more with its next column.
      this.#batch = allocator.allocate(neededHeapBytes - heapBytes)
      encoder.attach(this.#batch)
    }
  }

  #reject(row: unknown, { code, column, message, cause }: RowFault): void {
    const { options } = this.#parts
    const index = this.#rows++
    const rejection: Rejection = {
      index,
      row,
      code,
      message,
      ...(column === undefined ? {} : { column }),
      ...(cause === undefined ? {} : { cause }),
    }
    const { onRowError } = options
    const verdict: unknown = typeof onRowError === 'function' ? onRowError(rejection) : onRowError
    if (verdict !== 'skip' && verdict !== 'abort') {
      throw new TypeError(
        `Expected \`onRowError\` to return 'skip' or 'abort', got ${describeValue(verdict)}`,
      )
    }
    if (verdict === 'abort') {
      throw new PersistenceError('PERSIST_ROW_REJECTED', `Row ${index}: ${message}`, { cause, rejection })
    }
    this.#rejected++
    if (this.#rejections.length < options.maxRejections) this.#rejections.push(rejection)
  }

  /** Hands the batch over, if it has rows; false while the worker is too far behind. */
  #sendBatch(): boolean {
    const batch = this.#batch
    if (batch === undefined) return true
    if (batch.rows > 0) {
      this.#parts.cancellation.check()
      if (this.#transaction?.trySend(batch) !== true) return false
      this.#parts.allocator.observe(batch)
    } else this.#parts.allocator.recycle(batch)
    this.#batch = undefined
    return true
  }

  async #waitForWorker(): Promise<void> {
    const { clock, cancellation, window } = this.#parts
    clock.end()
    await cancellation.guard(window.change())
    clock.start()
  }

  async #yield(): Promise<void> {
    const { clock, cancellation } = this.#parts
    clock.end()
    await setImmediate()
    cancellation.check()
    clock.start()
  }
}

/** The error that made the call give up matters, not what the source says to it. */
async function release(source: RowSource): Promise<void> {
  try {
    await source.release()
  } catch {
    return
  }
}
