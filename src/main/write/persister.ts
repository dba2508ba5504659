import type { EncodedBatch } from '../../protocol/batch-layout.js'
import type { ColumnDescriptor } from '../../protocol/column-type.js'
import type { FinalWrite, Reading, TableDescription } from '../../protocol/requests.js'
import { quoteName } from '../../protocol/visible-text.js'
import type { ResolvedOpenOptions } from '../contract/open-options.js'
import type { ResolvedPersistOptions } from '../contract/persist-options.js'
import type { Receipt } from '../contract/receipt.js'
import type { Batch } from '../encode/batch.js'
import { BatchAllocator } from '../encode/batch-allocator.js'
import { BufferPool } from '../encode/buffer-pool.js'
import { RowEncoder } from '../encode/row-encoder.js'
import { growingRow } from '../encode/row-error.js'
import type { Call } from '../scheduling/call.js'
import type { Cancellation } from '../scheduling/cancellation.js'
import type { CheckpointScheduler } from '../scheduling/checkpoint-scheduler.js'
import { FlowControl } from '../scheduling/flow-control.js'
import { onAbort } from '../scheduling/on-abort.js'
import { now } from '../scheduling/real-timers.js'
import { TimeSlice } from '../scheduling/time-slice.js'
import type { WriteScheduler } from '../scheduling/write-scheduler.js'
import type { TableKey } from '../schema/table-key.js'
import type { WorkerClient } from '../worker-thread/worker-client.js'
import type { WorkerSupervisor } from '../worker-thread/worker-supervisor.js'
import { PersistRun } from './persist-run.js'
import type { RowSource } from './row-source.js'
import { TransactionClient } from './transaction-client.js'

const batchBytes = 1024 * 1024

/** A table as `persist()` needs it. What it keeps from call to call is used by one call at a time. */
export interface Target {
  readonly table: string
  /** As the worker knows them. */
  readonly columns: readonly ColumnDescriptor[]
  /** Columns of the key that `onConflict` is about; none when empty. */
  readonly key: readonly string[]
  /** Whether the worker decides about rows too. */
  readonly isChecked: boolean
  readonly encoder: RowEncoder
  readonly allocator: BatchAllocator
}

/** Runs the `persist()` calls of a service, one transaction after the other. */
export class Persister {
  readonly pool: BufferPool
  readonly flow: FlowControl
  readonly #supervisor: WorkerSupervisor
  readonly #scheduler: WriteScheduler
  readonly #checkpointer: CheckpointScheduler
  readonly #sliceBudgetMs: number
  readonly #reading: Reading

  constructor(
    supervisor: WorkerSupervisor,
    scheduler: WriteScheduler,
    checkpointer: CheckpointScheduler,
    options: ResolvedOpenOptions,
  ) {
    this.#supervisor = supervisor
    this.#scheduler = scheduler
    this.#checkpointer = checkpointer
    this.#sliceBudgetMs = options.sliceBudgetMs
    this.#reading = options.reading
    this.flow = new FlowControl(options.maxInFlightBytes)
    this.pool = new BufferPool(Math.min(batchBytes, options.maxInFlightBytes))
  }

  /** @param key - What rows of the table are told apart by, and whether only this library keeps it. */
  createTarget(table: string, { columns, isConstrained }: TableDescription, key: TableKey): Target {
    // A key that has no index has no NOT NULL either, where the table was made by others.
    const encoded = columns.map((column) =>
      key.isOurs && key.columns.includes(column.name) ? { ...column, notNull: true } : column,
    )
    // What a DEFAULT gives is known to the worker only.
    const mayLackValue = columns.some(({ notNull, hasDefault }) => notNull && hasDefault)
    return {
      table,
      columns,
      key: key.columns,
      isChecked: isConstrained || key.columns.length > 0 || mayLackValue,
      encoder: new RowEncoder(encoded, key.columns),
      allocator: new BatchAllocator(columns, this.pool),
    }
  }

  /** Encodes rows at once, however many, for a process that is about to exit; those that are bad are told of on stderr. */
  encodeAll({ table, columns, allocator }: Target, rows: readonly unknown[]): FinalWrite {
    // The target's own encoder may be in the middle of a batch.
    const encoder = new RowEncoder(columns)
    const batches: EncodedBatch[] = []
    let batch: Batch | undefined
    for (const row of rows) {
      let attempts = 0
      let outcome = encoder.encode(row)
      while (outcome === 'batch-full') {
        const isAlone = batch?.rows === 0
        if (isAlone && ++attempts > columns.length) {
          outcome = growingRow
          break
        }
        const neededHeapBytes = (batch?.neededHeapBytes ?? 0) - (batch?.heapBytes ?? 0)
        if (batch !== undefined && batch.rows > 0) batches.push(batch.finish())
        batch = allocator.allocate(neededHeapBytes)
        encoder.attach(batch)
        outcome = encoder.encode(row)
      }
      if (outcome !== undefined) console.error(`duckpaddle: a row is lost at exit: ${outcome.message}`)
    }
    if (batch !== undefined && batch.rows > 0) batches.push(batch.finish())
    return { table, columns, batches }
  }

  async persist(
    target: Target,
    source: RowSource,
    options: ResolvedPersistOptions,
    cancellation: Cancellation,
  ): Promise<Receipt> {
    const startedAt = now()
    const stopListening = onAbort(options.signal, (error) => cancellation.cancel(error))
    if (source.isAsync) source.onFailure = (error) => cancellation.cancel(error)
    try {
      const what = `persist() to ${quoteName(target.table)}`
      const run = await this.#scheduler.acquire(cancellation, what, (call) =>
        this.#supervisor.use((client) => this.#write(client, target, source, options, cancellation, call)),
      )
      return run.receipt(now() - startedAt)
    } finally {
      stopListening()
    }
  }

  async #write(
    client: WorkerClient,
    { table, columns, key, isChecked, encoder, allocator }: Target,
    source: RowSource,
    options: ResolvedPersistOptions,
    cancellation: Cancellation,
    call: Call,
  ): Promise<PersistRun> {
    const clock = new TimeSlice(this.#sliceBudgetMs)
    const run = new PersistRun({
      source,
      call,
      encoder,
      allocator,
      flow: this.flow,
      clock,
      cancellation,
      options,
      key,
      isChecked,
    })
    const { onConflict } = options
    encoder.isUpdate = onConflict === 'update'
    const begin = { table, columns, key, onConflict, isChecked, reading: this.#reading }
    const transaction = new TransactionClient(client, begin, this.pool, this.flow, {
      appended: (rows) => run.recordAppended(rows),
      failed: (error) => cancellation.cancel(error),
      committed: (walBytes) => this.#checkpointer.record(walBytes),
    })
    try {
      await run.encodeInto(transaction).catch(async (error) => {
        if (run.isUnsettled(error)) await run.awaitOutcomes()
        throw error
      })
      cancellation.check()
      if (isChecked) await run.awaitOutcomes()
      cancellation.check()
      await transaction.commit()
    } catch (error) {
      await transaction.rollback()
      throw error
    } finally {
      this.pool.trim()
    }
    return run
  }
}
