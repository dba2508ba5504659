import type { CallOutcome } from '../../protocol/write-requests.js'
import type { ResolvedPersistOptions, TransactionView } from '../contract/persist-options.js'
import { PersistenceError } from '../contract/persistence-error.js'
import type { Receipt } from '../contract/receipt.js'
import type { ServiceDurations } from '../diagnostics/service-durations.js'
import type { RowEncoder } from '../encode/row-encoder.js'
import type { Call } from '../scheduling/call.js'
import type { Cancellation } from '../scheduling/cancellation.js'
import type { FlowControl } from '../scheduling/flow-control.js'
import { onRejection } from '../scheduling/promise-like.js'
import { now } from '../scheduling/real-timers.js'
import { TimeSlice } from '../scheduling/time-slice.js'
import type { BoundTable } from '../schema/bound-table.js'
import { EncodeLoop } from './encode-loop.js'
import { RejectionLog } from './rejection-log.js'
import type { RowSource } from './row-source.js'
import type { WriterClient } from './writer-client.js'

/** Rows of one call, and where they go. */
export interface LoadParts {
  readonly table: BoundTable
  /** Leased from the table. */
  readonly encoder: RowEncoder
  readonly source: RowSource
  readonly options: ResolvedPersistOptions
  readonly cancellation: Cancellation
  /** The call that the source is asked for. */
  readonly call: Call
  /** Whether the worker decides about rows too. */
  readonly isChecked: boolean
  readonly flow: FlowControl
  readonly sliceBudgetMs: number
  /** When the call was made. */
  readonly startedAt: number
  readonly durations: ServiceDurations
}

/** Brings the rows of one call into a table of a transaction, from the first row to what is to be committed. */
export class TableLoad {
  readonly #parts: LoadParts
  readonly #writer: WriterClient
  readonly #log: RejectionLog
  readonly #slice: TimeSlice
  readonly #loop: EncodeLoop
  #outcome: CallOutcome | undefined
  #appended = 0
  #writingMs = 0

  /** @param createWriter - Given what to call when its batches are written. */
  constructor(
    parts: LoadParts,
    createWriter: (events: {
      appended: (rows: number) => void
      failed: (error: unknown) => void
    }) => WriterClient,
  ) {
    this.#parts = parts
    const { table, encoder, source, cancellation, call, flow } = parts
    this.#log = new RejectionLog(parts.options, parts.isChecked)
    this.#slice = new TimeSlice(parts.sliceBudgetMs, parts.durations.slice.record)
    this.#writer = createWriter({
      appended: (rows) => this.#reportProgress(rows),
      failed: (error) => cancellation.cancel(error),
    })
    const { allocator } = table
    const [log, slice, writer] = [this.#log, this.#slice, this.#writer]
    this.#loop = new EncodeLoop({
      ...{ source, call, encoder, allocator, flow, slice, cancellation, log, writer },
    })
  }

  /**
   * Writes the rows; nothing is committed by it.
   *
   * @param turn - Waits for the turn to decide about them, where that is another one.
   * @throws what rejects the call: the transaction must be rolled back.
   */
  async run(turn?: () => Promise<void>): Promise<void> {
    const { cancellation, isChecked, options, startedAt } = this.#parts
    const { trace } = options
    const loop = this.#loop
    const waitingMs = now() - startedAt
    if (trace !== undefined) trace.waitingMs = waitingMs
    const ending = await loop.run()
    const encodedAt = now()
    cancellation.check()
    await turn?.()
    if (isChecked) this.#outcome = await this.#awaitOutcome()
    if (ending !== undefined) throw ending
    cancellation.check()
    const goodRows = loop.rows - this.#log.count
    if (loop.sentRows !== goodRows) throw notSent(goodRows - loop.sentRows)
    this.#writingMs = now() - encodedAt
    if (trace !== undefined) trace.writingMs = this.#writingMs
    this.#recordDurations(waitingMs)
  }

  /** What the owner of the rows sees of the transaction that has them alone. */
  viewOf(transaction: number): TransactionView {
    const writer = this.#writer
    return {
      id: transaction,
      get bytes() {
        return writer.bytes
      },
    }
  }

  /** From its last row until it was ready to be committed. */
  get writingMs(): number {
    return this.#writingMs
  }

  get receipt(): Receipt {
    const [loop, log, slice, writer] = [this.#loop, this.#log, this.#slice, this.#writer]
    const all = { inserted: loop.rows - log.count, updated: 0, ignored: 0, rejected: 0 }
    const { rejected, ...counts } = this.#outcome ?? all
    return Object.freeze({
      rows: loop.rows,
      ...counts,
      rejected: log.count + rejected,
      rejections: log.rejections,
      bytes: writer.bytes,
      batches: writer.batches,
      slices: slice.slices,
      longestSliceMs: slice.longestMs,
      overlongSlices: slice.overlong,
      encodeMs: slice.totalMs,
      totalMs: now() - this.#parts.startedAt,
    })
  }

  /**
   * Lets the worker decide about the rows that were sent, and the caller about those that it rejects.
   *
   * @throws `PERSIST_ROW_REJECTED` for a row that ends the call.
   */
  async #awaitOutcome(): Promise<CallOutcome | undefined> {
    const { cancellation, options, source, table } = this.#parts
    const isAllOrNothing = options.onRowError === 'abort'
    const range = { firstRow: 0, rows: this.#loop.sentRows, isAllOrNothing }
    const [outcome] = await cancellation.guard(this.#writer.apply([range]))
    if (outcome === undefined || outcome.rejected === 0) return outcome
    const rowAt = source.isAsync ? undefined : source.store?.rowAt.bind(source.store)
    const next = () => cancellation.guard(this.#writer.violations())
    await this.#log.addViolations(next, table.key, rowAt)
    return outcome
  }

  #recordDurations(waitingMs: number): void {
    const { waiting, encoding, writing } = this.#parts.durations
    waiting.record(waitingMs)
    encoding.record(this.#slice.totalMs)
    writing.record(this.#writingMs)
  }

  /** Calls `onProgress` when the worker has appended rows. */
  #reportProgress(rows: number): void {
    const { cancellation, options } = this.#parts
    const fail = (error: unknown) => cancellation.cancel(error)
    this.#appended += rows
    try {
      const { bytes } = this.#writer
      const progress = {
        ...{ rows: this.#loop.rows, rejected: this.#log.count, appended: this.#appended, bytes },
      }
      const returned: unknown = options.onProgress?.(progress)
      onRejection(returned, fail)
    } catch (error) {
      fail(error)
    }
  }
}

/** Nothing is lost silently, also where the mistake is ours. */
function notSent(rows: number): PersistenceError {
  return new PersistenceError(
    'PERSIST_WRITE_FAILED',
    `${rows} rows were encoded and not sent: nothing is written`,
  )
}
