import type { Reading } from '../../protocol/query-value.js'
import type { CallOutcome } from '../../protocol/requests.js'
import { quoteName } from '../../protocol/visible-text.js'
import type { ResolvedPersistOptions } from '../contract/persist-options.js'
import { PersistenceError } from '../contract/persistence-error.js'
import type { Receipt } from '../contract/receipt.js'
import type { BufferPool } from '../encode/buffer-pool.js'
import type { RowEncoder } from '../encode/row-encoder.js'
import type { Call } from '../scheduling/call.js'
import type { Cancellation } from '../scheduling/cancellation.js'
import type { CheckpointScheduler } from '../scheduling/checkpoint-scheduler.js'
import type { FlowControl } from '../scheduling/flow-control.js'
import { onAbort } from '../scheduling/on-abort.js'
import { onRejection } from '../scheduling/promise-like.js'
import { now } from '../scheduling/real-timers.js'
import { TimeSlice } from '../scheduling/time-slice.js'
import type { WriteScheduler } from '../scheduling/write-scheduler.js'
import { anything, scopeOf } from '../scheduling/write-scope.js'
import type { BoundTable } from '../schema/bound-table.js'
import type { WorkerClient } from '../worker-thread/worker-client.js'
import type { WorkerSupervisor } from '../worker-thread/worker-supervisor.js'
import { EncodeLoop } from './encode-loop.js'
import { lateScopeOf } from './late-scope.js'
import { type Loads, slotsOf } from './loads.js'
import { RejectionLog } from './rejection-log.js'
import type { RowSource } from './row-source.js'
import { TransactionClient } from './transaction-client.js'

/** What all calls of a service share. */
export interface WriteContext {
  readonly supervisor: WorkerSupervisor
  readonly scheduler: WriteScheduler
  readonly checkpoints: CheckpointScheduler
  readonly pool: BufferPool
  readonly flow: FlowControl
  readonly sliceBudgetMs: number
  /** What the values of rejected rows are read as. */
  readonly reading: Reading
  /** Calls that may wait before others are refused. */
  readonly maxWaitingCalls: number
  /** How many transactions were committed. */
  readonly commits: { count: number }
  readonly loads: Loads
}

/** The only writer of a transaction, by its index. */
const writer = 0

/** One call of `persist()`, from its first row to its receipt. */
export class PersistCall {
  readonly #context: WriteContext
  readonly #table: BoundTable
  readonly #source: RowSource
  readonly #options: ResolvedPersistOptions
  readonly #cancellation: Cancellation
  readonly #startedAt: number

  constructor(
    context: WriteContext,
    table: BoundTable,
    source: RowSource,
    options: ResolvedPersistOptions,
    cancellation: Cancellation,
    startedAt: number = now(),
  ) {
    this.#startedAt = startedAt
    this.#context = context
    this.#table = table
    this.#source = source
    this.#options = options
    this.#cancellation = cancellation
  }

  async run(): Promise<Receipt> {
    const cancellation = this.#cancellation
    const stopListening = onAbort(this.#options.signal, (error) => cancellation.cancel(error))
    if (this.#source.isAsync) this.#source.onFailure = (error) => cancellation.cancel(error)
    const { scheduler, supervisor } = this.#context
    try {
      const what = `persist() to ${quoteName(this.#table.ref.name)}`
      const scope = lateScopeOf(supervisor, this.#table, !this.#source.isAsync)
      if (this.#options.background && scope.known !== undefined) await cancellation.guard(scope.known)
      const isBehind = this.#options.background && this.#table.isChecked
      return await scheduler.acquire(cancellation, what, isBehind ? anything : scope, (call, widen) =>
        this.write(call, isBehind ? () => widen(scopeOf(this.#table.visible, true)) : undefined),
      )
    } finally {
      stopListening()
    }
  }

  /**
   * Writes the rows now that the call has its turn.
   *
   * @param turn - Waits for the turn to decide about them, where that is another one.
   */
  async write(call: Call, turn?: () => Promise<void>): Promise<Receipt> {
    const { loads, supervisor } = this.#context
    const slots = slotsOf(loads, this.#source)
    // Code of a call that has a slot may wait for this one.
    const takesSlot = call.outer === undefined
    if (takesSlot) await slots.take((taken) => this.#cancellation.guard(taken))
    try {
      return await supervisor.use((client) => this.#write(client, call, turn))
    } finally {
      if (takesSlot) slots.giveBack()
    }
  }

  async #write(client: WorkerClient, call: Call, turn: (() => Promise<void>) | undefined): Promise<Receipt> {
    const { encoders, isChecked } = this.#table
    const encoder = encoders.lease(this.#options)
    try {
      return await this.#transact(client, call, encoder, isChecked, turn)
    } finally {
      encoders.giveBack(encoder)
      this.#context.pool.trim()
    }
  }

  async #transact(
    client: WorkerClient,
    call: Call,
    encoder: RowEncoder,
    isChecked: boolean,
    turn: (() => Promise<void>) | undefined,
  ): Promise<Receipt> {
    const cancellation = this.#cancellation
    const log = new RejectionLog(this.#options, isChecked)
    const slice = new TimeSlice(this.#context.sliceBudgetMs)
    const startsLate = turn !== undefined
    const transaction = this.#createTransaction(client, isChecked, startsLate, (rows) => report(rows))
    const { part } = this.#options
    part?.onTransaction?.(transaction)
    const { flow } = this.#context
    const { allocator } = this.#table
    const source = this.#source
    const parts = { source, call, encoder, allocator, flow, slice, cancellation, log, transaction, writer }
    const loop = new EncodeLoop(parts)
    const report = this.#progressReporter(loop, log, transaction)
    try {
      const ending = await loop.run()
      cancellation.check()
      await turn?.()
      const outcome = isChecked ? await this.#awaitOutcome(loop, log, transaction) : undefined
      if (ending !== undefined) throw ending
      cancellation.check()
      if (loop.sentRows !== loop.rows - log.count) throw notSent(loop.rows - log.count - loop.sentRows)
      if (part?.before !== undefined) await cancellation.guard(part.before)
      await transaction.commit()
      return this.#receipt(loop, log, slice, transaction, outcome)
    } catch (error) {
      await transaction.rollback()
      throw error
    }
  }

  #createTransaction(
    client: WorkerClient,
    isChecked: boolean,
    startsLate: boolean,
    appended: (rows: number) => void,
  ): TransactionClient {
    const { pool, flow, checkpoints, reading } = this.#context
    const { ref, columns, key } = this.#table
    const { onConflict } = this.#options
    const begin = { writers: [{ table: ref, columns, key, onConflict, isChecked }], reading, startsLate }
    return new TransactionClient(client, begin, pool, flow, {
      appended,
      failed: (error) => this.#cancellation.cancel(error),
      committed: (walBytes) => {
        this.#context.commits.count++
        checkpoints.record(walBytes)
      },
    })
  }

  /**
   * Lets the worker decide about the rows that were sent, and the caller about those that it rejects.
   *
   * @throws `PERSIST_ROW_REJECTED` for a row that ends the call.
   */
  async #awaitOutcome(
    loop: EncodeLoop,
    log: RejectionLog,
    transaction: TransactionClient,
  ): Promise<CallOutcome | undefined> {
    const cancellation = this.#cancellation
    const isAllOrNothing = this.#options.onRowError === 'abort'
    const range = { firstRow: 0, rows: loop.sentRows, isAllOrNothing }
    const [outcome] = await cancellation.guard(transaction.apply(writer, [range]))
    if (outcome === undefined || outcome.rejected === 0) return outcome
    const source = this.#source
    const rowAt = source.isAsync ? undefined : source.store?.rowAt.bind(source.store)
    const next = () => cancellation.guard(transaction.violations(writer))
    await log.addViolations(next, this.#table.key, rowAt)
    return outcome
  }

  /** Calls `onProgress` when the worker has appended rows. */
  #progressReporter(
    loop: EncodeLoop,
    log: RejectionLog,
    transaction: TransactionClient,
  ): (rows: number) => void {
    const { onProgress } = this.#options
    const fail = (error: unknown) => this.#cancellation.cancel(error)
    let appended = 0
    return (rows) => {
      appended += rows
      try {
        const { bytes } = transaction
        const returned: unknown = onProgress?.({ rows: loop.rows, rejected: log.count, appended, bytes })
        onRejection(returned, fail)
      } catch (error) {
        fail(error)
      }
    }
  }

  #receipt(
    loop: EncodeLoop,
    log: RejectionLog,
    slice: TimeSlice,
    transaction: TransactionClient,
    outcome: CallOutcome | undefined,
  ): Receipt {
    const all = { inserted: loop.rows - log.count, updated: 0, ignored: 0, rejected: 0 }
    const { rejected, ...counts } = outcome ?? all
    return Object.freeze({
      rows: loop.rows,
      ...counts,
      rejected: log.count + rejected,
      rejections: log.rejections,
      bytes: transaction.bytes,
      batches: transaction.batches,
      slices: slice.slices,
      longestSliceMs: slice.longestMs,
      overlongSlices: slice.overlong,
      encodeMs: slice.totalMs,
      totalMs: now() - this.#startedAt,
    })
  }
}

/** Nothing is lost silently, also where the mistake is ours. */
function notSent(rows: number): PersistenceError {
  return new PersistenceError(
    'PERSIST_WRITE_FAILED',
    `${rows} rows were encoded and not sent: nothing is written`,
  )
}
