import type { CallOutcome } from '../../protocol/requests.js'
import type { ResolvedPersistOptions } from '../contract/persist-options.js'
import type { Receipt } from '../contract/receipt.js'
import type { Rejection } from '../contract/rejection.js'
import type { Batch } from '../encode/batch.js'
import type { BatchAllocator } from '../encode/batch-allocator.js'
import type { RowEncoder } from '../encode/row-encoder.js'
import { growingRow, type RowError } from '../encode/row-error.js'
import type { Call } from '../scheduling/call.js'
import type { Cancellation } from '../scheduling/cancellation.js'
import { SourceCode } from '../scheduling/code-inside.js'
import type { FlowControl } from '../scheduling/flow-control.js'
import { onRejection } from '../scheduling/promise-like.js'
import { nextTurn } from '../scheduling/real-timers.js'
import type { TimeSlice } from '../scheduling/time-slice.js'
import type { RowStore } from './array-source.js'
import { AsyncLoop } from './async-loop.js'
import type { AsyncSource } from './async-source.js'
import { decideOnRow, rowRejected, toRejection } from './decide-on-row.js'
import { RowPositions } from './row-positions.js'
import type { RowSource } from './row-source.js'
import type { TransactionClient } from './transaction-client.js'
import { violationToRejection } from './violation-to-rejection.js'

export interface PersistRunParts {
  readonly source: RowSource
  /** The call that the source is asked for. */
  readonly call: Call
  readonly encoder: RowEncoder
  readonly allocator: BatchAllocator
  readonly flow: FlowControl
  readonly clock: TimeSlice
  readonly cancellation: Cancellation
  readonly options: ResolvedPersistOptions
  /** Columns of the table's key; none when empty. */
  readonly key: readonly string[]
  /** Whether the worker decides about rows too: the table has a key or constraints. */
  readonly isChecked: boolean
}

/** Takes the rows of one `persist()` from their source, encodes them in slices, and hands the batches over. */
export class PersistRun {
  readonly #parts: PersistRunParts
  #rejections: Rejection[] = []
  #transaction: TransactionClient | undefined
  #batch: Batch | undefined
  #rows = 0
  #rejected = 0
  #appended = 0
  readonly #positions = new RowPositions()
  #outcome: CallOutcome | undefined
  /** The first row that could not be encoded, where it ends the call but rows before it may be bad as well. */
  #unsettled: unknown

  constructor(parts: PersistRunParts) {
    this.#parts = parts
  }

  /**
   * Encodes and sends every row; nothing is committed by it.
   *
   * @throws what rejects the call; for a bad row only after those before it have been sent.
   */
  async encodeInto(transaction: TransactionClient): Promise<void> {
    this.#transaction = transaction
    const { source, clock, encoder, allocator, cancellation } = this.#parts
    encoder.detach()
    try {
      cancellation.check()
      await (source.isAsync ? this.#takeAsync(source) : this.#takeSync(source))
      while (!this.#sendBatch()) await this.#waitForWorker()
    } catch (error) {
      source.release()
      if (error === this.#unsettled) while (!this.#sendBatch()) await this.#waitForWorker()
      throw error
    } finally {
      clock.end()
      encoder.detach()
      if (this.#batch !== undefined) allocator.recycle(this.#batch)
    }
  }

  /**
   * Lets the worker decide about the rows that were sent, and the caller about those that it refuses.
   *
   * @throws `PERSIST_ROW_REJECTED` for a row that ends the call.
   */
  async awaitOutcomes(): Promise<void> {
    const { options, cancellation } = this.#parts
    const transaction = this.#transaction
    if (transaction === undefined) return
    this.#outcome = await cancellation.guard(transaction.apply(options.onRowError === 'abort'))
    if (this.#outcome.rejected > 0) await this.#takeViolations(transaction)
  }

  /** Whether rows that were sent may be bad and come before the row that `error` is about. */
  isUnsettled(error: unknown): boolean {
    return error !== undefined && error === this.#unsettled
  }

  /** The worker has appended `rows` rows of a batch. */
  recordAppended(rows: number): void {
    this.#appended += rows
    const { options, cancellation } = this.#parts
    try {
      const returned: unknown = options.onProgress?.({
        rows: this.#rows,
        rejected: this.#rejected,
        appended: this.#appended,
        bytes: this.#transaction?.bytes ?? 0,
      })
      onRejection(returned, (error) => cancellation.cancel(error))
    } catch (error) {
      cancellation.cancel(error)
    }
  }

  receipt(totalMs: number): Receipt {
    const { clock } = this.#parts
    const inserted = this.#rows - this.#rejected
    const none = { inserted, updated: 0, ignored: 0, rejected: 0 }
    const { rejected, ...counts } = this.#outcome ?? none
    return Object.freeze({
      rows: this.#rows,
      ...counts,
      rejected: this.#rejected + rejected,
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

  async #takeSync(source: Exclude<RowSource, AsyncSource>): Promise<void> {
    const { clock, encoder } = this.#parts
    const { store } = source
    clock.start()
    encoder.lookAtPrototype()
    do {
      while (source.advance()) {
        while (!this.#accept(source.row, store)) await this.#waitForWorker()
        const isOver = store === undefined ? clock.isOver() : clock.isOverAfter(encoder.textBytes)
        // Rows are at rest only as long as nobody else has had a turn.
        if (isOver && !this.#takeBack(encoder.flushGroup(), store)) await this.#yield()
      }
    } while (this.#takeBack(encoder.flushGroup(), store))
  }

  /** Goes back to encode the last rows again; false where there are none. */
  #takeBack(rows: number, store: RowStore | undefined): boolean {
    store?.goBack(rows)
    this.#rows -= rows
    return rows > 0
  }

  async #takeAsync(source: AsyncSource): Promise<void> {
    const { clock, cancellation, encoder, call } = this.#parts
    const code = new SourceCode(call)
    const loop = new AsyncLoop({
      source,
      code,
      clock,
      cancellation,
      resumed: () => encoder.lookAtPrototype(),
      accept: (row) => this.#accept(row),
    })
    try {
      for (let end = await loop.takeSlice(); end !== 'source-ended'; end = await loop.takeSlice()) {
        if (end === 'worker-behind') {
          do await this.#waitForWorker(code)
          while (!this.#accept(loop.refused))
        }
        if (end === 'time-over') await this.#yield()
        else clock.end()
      }
    } finally {
      code.end()
    }
  }

  /** Encodes a row, or counts it as rejected; false while there is no room for it. */
  #accept(row: unknown, store?: RowStore): boolean {
    const { encoder, allocator } = this.#parts
    let attempts = 0
    for (;;) {
      const outcome = store === undefined ? encoder.encode(row) : encoder.encodeGrouped(row)
      if (outcome === undefined) {
        if (this.#rows++ === this.#rejected) this.#transaction?.begin()
        return true
      }
      if (typeof outcome === 'number') {
        // This row is not counted yet.
        this.#rows++
        return this.#takeBack(outcome, store)
      }
      if (outcome !== 'batch-full') {
        this.#reject(row, outcome)
        return true
      }
      const needed = (this.#batch?.neededHeapBytes ?? 0) - (this.#batch?.heapBytes ?? 0)
      const isAlone = this.#batch?.rows === 0
      if (!this.#sendBatch()) return false
      if (isAlone && ++attempts > encoder.columnCount) {
        this.#reject(row, growingRow)
        return true
      }
      // What the row itself needs, as far as it is known: it may turn out to need more with its next column.
      this.#batch = allocator.allocate(needed)
      encoder.attach(this.#batch)
    }
  }

  #reject(row: unknown, rowError: RowError): void {
    const { options, isChecked } = this.#parts
    const index = this.#rows++
    const rejection = toRejection(index, row, rowError)
    if (decideOnRow(rejection, options.onRowError) === 'abort') {
      const error = rowRejected(rejection)
      // A function has decided on this very row; otherwise the first bad row of the call is to be told.
      if (isChecked && options.onRowError === 'abort') this.#unsettled = error
      throw error
    }
    this.#rejected++
    if (isChecked) this.#positions.skip(index)
    if (this.#rejections.length < options.maxRejections) this.#rejections.push(rejection)
  }

  async #takeViolations(transaction: TransactionClient): Promise<void> {
    const { source, options, cancellation, key } = this.#parts
    const rowAt = source.isAsync ? undefined : source.store?.rowAt.bind(source.store)
    const found: Rejection[] = []
    let isDone = false
    while (!isDone) {
      const page = await cancellation.guard(transaction.violations())
      for (const violation of page.violations) {
        const rejection = violationToRejection(violation, this.#positions, key, rowAt)
        if (decideOnRow(rejection, options.onRowError) === 'abort') throw rowRejected(rejection)
        if (found.length < options.maxRejections) found.push(rejection)
      }
      // Only a function must be asked about each of them.
      const hasEnough = typeof options.onRowError !== 'function' && found.length === options.maxRejections
      isDone = page.isLast || hasEnough
    }
    const all = [...this.#rejections, ...found].sort((left, right) => left.index - right.index)
    this.#rejections = all.slice(0, options.maxRejections)
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

  async #waitForWorker(code?: SourceCode): Promise<void> {
    const { clock, cancellation, flow } = this.#parts
    code?.reset()
    clock.end()
    await cancellation.guard(flow.released())
    clock.start()
  }

  async #yield(): Promise<void> {
    const { clock, cancellation } = this.#parts
    clock.end()
    await nextTurn()
    this.#parts.encoder.lookAtPrototype()
    cancellation.check()
    clock.start()
  }
}
