import type { Reading } from '../../protocol/query-value.js'
import type { CommitReply } from '../../protocol/write-requests.js'
import type { ResolvedPersistOptions } from '../contract/persist-options.js'
import type { Receipt } from '../contract/receipt.js'
import type { CommitTrace, Draft } from '../contract/traces.js'
import type { ServiceDurations } from '../diagnostics/service-durations.js'
import type { BufferPool } from '../encode/buffer-pool.js'
import type { RowEncoder } from '../encode/row-encoder.js'
import type { Call } from '../scheduling/call.js'
import type { Cancellation } from '../scheduling/cancellation.js'
import type { CheckpointScheduler } from '../scheduling/checkpoint-scheduler.js'
import type { FlowControl } from '../scheduling/flow-control.js'
import { onAbort } from '../scheduling/on-abort.js'
import { now } from '../scheduling/real-timers.js'
import type { WriteScheduler } from '../scheduling/write-scheduler.js'
import { anything } from '../scheduling/write-scope.js'
import type { BoundTable } from '../schema/bound-table.js'
import type { WorkerClient } from '../worker-thread/worker-client.js'
import type { WorkerSupervisor } from '../worker-thread/worker-supervisor.js'
import { lateScopeOf } from './late-scope.js'
import { type Loads, slotsOf } from './loads.js'
import { type Commits, recordCommit, recordFailure } from './record-commit.js'
import type { RowSource } from './row-source.js'
import { TableLoad } from './table-load.js'
import { commitTraced } from './trace-commit.js'
import { TransactionClient } from './transaction-client.js'
import { WriterClient } from './writer-client.js'

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
  readonly commits: Commits
  /** The database as it was given to `open()`. */
  readonly database: string
  readonly durations: ServiceDurations
  readonly loads: Loads
}

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
      const what = this.#table.callName
      const scope = lateScopeOf(supervisor, this.#table, !this.#source.isAsync)
      if (this.#options.background && scope.known !== undefined) await cancellation.guard(scope.known)
      const isBehind = this.#options.background && this.#table.isChecked
      return await scheduler.acquire(cancellation, what, isBehind ? anything : scope, (call, widen) =>
        this.write(call, isBehind ? () => widen(this.#table.scopeOf(true)) : undefined),
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
    const letGo = this.#context.pool.hold()
    try {
      return await this.#table.encoders.use(this.#options, (encoder) =>
        this.#transact(client, call, encoder, turn),
      )
    } finally {
      letGo()
    }
  }

  async #transact(
    client: WorkerClient,
    call: Call,
    encoder: RowEncoder,
    turn: (() => Promise<void>) | undefined,
  ): Promise<Receipt> {
    const { flow, sliceBudgetMs, durations } = this.#context
    const [table, source, options] = [this.#table, this.#source, this.#options]
    const [cancellation, startedAt] = [this.#cancellation, this.#startedAt]
    const { isChecked } = table
    const transaction = this.#createTransaction(client, isChecked, turn !== undefined)
    const load = new TableLoad(
      {
        ...{ table, encoder, source, options, cancellation, call, isChecked, flow, sliceBudgetMs },
        ...{ startedAt, durations },
      },
      (events) => new WriterClient(transaction, 0, events),
    )
    const { part, trace } = options
    if (trace !== undefined) Object.assign(trace, { commit: transaction.id, calls: 1, tables: 1 })
    part?.onTransaction?.(load.viewOf(transaction.id))
    try {
      await load.run(turn)
      if (part?.before !== undefined) await cancellation.guard(part.before)
      const reply = await commitTraced(transaction, () => this.#describe(transaction, load))
      if (trace !== undefined && reply !== undefined) trace.commitMs = reply.commitMs
      return load.receipt
    } catch (error) {
      recordFailure(this.#context, error)
      await transaction.rollback()
      throw error
    }
  }

  #createTransaction(client: WorkerClient, isChecked: boolean, startsLate: boolean): TransactionClient {
    const { pool, flow, reading } = this.#context
    const { ref, columns, key } = this.#table
    const { onConflict } = this.#options
    const begin = { writers: [{ table: ref, columns, key, onConflict, isChecked }], reading, startsLate }
    const failed = (error: unknown) => this.#cancellation.cancel(error)
    const committed = (reply: CommitReply) => recordCommit(this.#context, reply)
    return new TransactionClient({ client, begin, pool, flow, failed, committed })
  }

  #describe({ id }: TransactionClient, load: TableLoad): Draft<CommitTrace> {
    const { schema, name } = this.#table.ref
    const { rows, bytes, encodeMs } = load.receipt
    const of = { database: this.#context.database, id, kind: 'call', calls: 1 } as const
    const { writingMs } = load
    return { ...of, tables: [{ schema, name }], rows, bytes, encodingMs: encodeMs, writingMs }
  }
}
