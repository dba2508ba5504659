import type { ResolvedPersistOptions } from '../contract/persist-options.js'
import type { Receipt } from '../contract/receipt.js'
import type { Call } from '../scheduling/call.js'
import { Cancellation } from '../scheduling/cancellation.js'
import { onAbort } from '../scheduling/on-abort.js'
import { now } from '../scheduling/real-timers.js'
import type { BoundTable } from '../schema/bound-table.js'
import type { WriteContext } from './persist-call.js'
import type { RowSource } from './row-source.js'
import { TableLoad } from './table-load.js'
import type { TransactionClient } from './transaction-client.js'
import { WriterClient } from './writer-client.js'

/** Writes the rows of one call in a transaction that others are part of. */
export class LoadInTransaction {
  readonly cancellation: Cancellation = new Cancellation()
  readonly #context: WriteContext
  readonly #transaction: TransactionClient
  readonly #table: BoundTable
  readonly #source: RowSource
  readonly #options: ResolvedPersistOptions
  readonly #startedAt = now()
  readonly #stopListening: () => void

  constructor(
    context: WriteContext,
    transaction: TransactionClient,
    table: BoundTable,
    source: RowSource,
    options: ResolvedPersistOptions,
  ) {
    this.#context = context
    this.#transaction = transaction
    this.#table = table
    this.#source = source
    this.#options = options
    const { cancellation } = this
    this.#stopListening = onAbort(options.signal, (error) => cancellation.cancel(error))
    if (source.isAsync) source.onFailure = (error) => cancellation.cancel(error)
  }

  /** Resolves when the table is as the transaction is to leave it. */
  async run(call: Call): Promise<Receipt> {
    const { flow, pool, sliceBudgetMs, durations } = this.#context
    const [table, source, options] = [this.#table, this.#source, this.#options]
    const [cancellation, startedAt] = [this.cancellation, this.#startedAt]
    const { ref, columns, key, encoders } = table
    const { onConflict } = options
    // What is next in the transaction must see its rows, which only `apply` sees to.
    const isChecked = true
    const writer = { table: ref, columns, key, onConflict, isChecked }
    const letGo = pool.hold()
    try {
      return await encoders.use(options, async (encoder) => {
        const load = new TableLoad(
          {
            ...{ table, encoder, source, options, cancellation, call, isChecked, flow, sliceBudgetMs },
            ...{ startedAt, durations },
          },
          (events) => new WriterClient(this.#transaction, writer, events),
        )
        await load.run()
        return load.receipt
      })
    } finally {
      this.#stopListening()
      letGo()
    }
  }

  release(): void {
    this.#stopListening()
    this.#source.release()
  }
}
