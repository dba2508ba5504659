import { describeValue } from './contract/describe-value.js'
import type { CallLimits } from './contract/query-options.js'
import type { Draft, TransactionTrace } from './contract/traces.js'
import { resolveTransactionOptions, type TransactionOptions } from './contract/transaction-options.js'
import { channels } from './diagnostics/channels.js'
import { trace } from './diagnostics/trace.js'
import type { Queries } from './read/queries.js'
import type { Call } from './scheduling/call.js'
import { CallSequence } from './scheduling/call-sequence.js'
import type { Cancellation } from './scheduling/cancellation.js'
import { codeInside } from './scheduling/code-inside.js'
import { limitCall } from './scheduling/limit-call.js'
import type { Operations } from './scheduling/operations.js'
import { now } from './scheduling/real-timers.js'
import { everything } from './scheduling/write-scope.js'
import type { Tables } from './tables.js'
import { Transaction } from './transaction.js'
import { TransactionCalls } from './transaction-calls.js'
import type { WorkerClient } from './worker-thread/worker-client.js'
import type { WriteContext } from './write/persist-call.js'
import { recordCommit, recordFailure } from './write/record-commit.js'
import { commitTraced } from './write/trace-commit.js'
import { TransactionClient } from './write/transaction-client.js'

type Work<Result> = (transaction: Transaction) => Promise<Result>

/** Transactions that callers make up. */
export class Transactions {
  readonly #context: WriteContext
  readonly #tables: Tables
  readonly #queries: Queries
  readonly #operations: Operations

  constructor(context: WriteContext, tables: Tables, queries: Queries, operations: Operations) {
    this.#context = context
    this.#tables = tables
    this.#queries = queries
    this.#operations = operations
  }

  /** Like `transaction()` of the service. */
  async run<Result>(work: Work<Result>, given: TransactionOptions): Promise<Result> {
    if (typeof work !== 'function') {
      throw new TypeError(`Expected the work of a transaction to be a function, got ${describeValue(work)}`)
    }
    const options = resolveTransactionOptions(given)
    this.#tables.checkLoad()
    if (!channels.transaction.hasSubscribers) return this.#start(work, options)
    const context: Draft<TransactionTrace> = { database: this.#context.database, calls: 0 }
    return trace(channels.transaction, context, () => this.#start(work, options, context))
  }

  #start<Result>(
    work: Work<Result>,
    options: CallLimits,
    context?: Draft<TransactionTrace>,
  ): Promise<Result> {
    return this.#operations.run((cancellation) => this.#runInTurn(work, options, cancellation, context))
  }

  async #runInTurn<Result>(
    work: Work<Result>,
    options: CallLimits,
    cancellation: Cancellation,
    trace: Draft<TransactionTrace> | undefined,
  ): Promise<Result> {
    const { scheduler, supervisor, durations } = this.#context
    const startedAt = now()
    const stopLimits = limitCall('The transaction', cancellation, options)
    try {
      return await scheduler.acquire(cancellation, 'transaction()', everything, (call) => {
        const waitingMs = now() - startedAt
        durations.waiting.record(waitingMs)
        if (trace !== undefined) trace.waitingMs = waitingMs
        return supervisor.use((client) => this.#transact(client, call, work, cancellation, trace))
      })
    } finally {
      stopLimits()
    }
  }

  async #transact<Result>(
    client: WorkerClient,
    call: Call,
    work: Work<Result>,
    cancellation: Cancellation,
    trace: Draft<TransactionTrace> | undefined,
  ): Promise<Result> {
    const context = this.#context
    const [tables, queries] = [this.#tables, this.#queries]
    const transaction = this.#createTransaction(client, cancellation)
    const sequence = new CallSequence(call, cancellation)
    if (trace !== undefined) trace.id = transaction.id
    const calls = new TransactionCalls({ context, tables, queries, sequence, transaction, trace })
    let isCommitted = false
    try {
      const result = await cancellation.guard(
        codeInside.run(call, async () => {
          const value = await work(new Transaction(calls))
          await sequence.finish()
          return value
        }),
      )
      await this.#commit(transaction, calls)
      isCommitted = true
      return result
    } catch (error) {
      await Promise.all([transaction.rollback(), sequence.abandon(error)])
      throw error
    } finally {
      calls.end(isCommitted)
    }
  }

  async #commit(transaction: TransactionClient, calls: TransactionCalls): Promise<void> {
    try {
      await commitTraced(transaction, () => calls.describe())
    } catch (error) {
      recordFailure(this.#context, error)
      throw error
    }
  }

  #createTransaction(client: WorkerClient, cancellation: Cancellation): TransactionClient {
    const { pool, flow, reading } = this.#context
    return new TransactionClient({
      ...{ client, begin: { writers: [], reading }, pool, flow },
      failed: (error) => cancellation.cancel(error),
      committed: (reply) => recordCommit(this.#context, reply),
    })
  }
}
