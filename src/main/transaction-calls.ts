import { quoteName } from '../protocol/visible-text.js'
import { type PersistOptions, resolvePersistOptions } from './contract/persist-options.js'
import { type CallLimits, type QueryOptions, resolveQueryOptions } from './contract/query-options.js'
import type { Receipt } from './contract/receipt.js'
import type { Rows } from './contract/rows.js'
import type { RunReport } from './contract/run-report.js'
import { type Collected, collectResult, executeStatement } from './read/execute-statement.js'
import type { Queries } from './read/queries.js'
import { copyStatement, type QueryParameters } from './read/query-parameters.js'
import type { Statement } from './read/query-runner.js'
import type { ResultReader } from './read/result-reader.js'
import type { CallSequence, Work } from './scheduling/call-sequence.js'
import { Cancellation } from './scheduling/cancellation.js'
import { limitCall } from './scheduling/limit-call.js'
import { Table } from './table.js'
import type { Tables } from './tables.js'
import { LoadInTransaction } from './write/load-in-transaction.js'
import type { WriteContext } from './write/persist-call.js'
import { createRowSource } from './write/row-source.js'
import type { TransactionClient } from './write/transaction-client.js'
import { WrittenTotals } from './write/written-totals.js'

/** Nothing else that a transaction takes changes what tables look like. */
const mayChangeTables = /\b(?:create|alter|drop)\b/i

interface Parts {
  readonly context: WriteContext
  readonly tables: Tables
  readonly queries: Queries
  readonly sequence: CallSequence
  readonly transaction: TransactionClient
}

/** The calls that are part of one transaction. */
export class TransactionCalls {
  readonly #parts: Parts
  readonly #written = new WrittenTotals()
  #endChange: (() => void) | undefined

  constructor(parts: Parts) {
    this.#parts = parts
  }

  persist(table: Table<never>, rows: Rows<unknown>, options: PersistOptions): Promise<Receipt> {
    const { tables, sequence } = this.#parts
    const what = table instanceof Table ? `persist() to ${quoteName(table.name)}` : 'persist()'
    return tables.track(sequence.add(what, () => this.#load(table, rows, options)))
  }

  query(sql: string, parameters: QueryParameters | undefined, options: QueryOptions): Promise<object> {
    const { queries, sequence, context } = this.#parts
    const query = sequence.add('query()', () => {
      const { limits, ...how } = resolveQueryOptions('query()', options, context.reading)
      return this.#execute({ ...copyStatement(sql, parameters), ...how }, ({ read }) => read, limits)
    })
    return queries.track(query)
  }

  run(sql: string, parameters: QueryParameters | undefined): Promise<RunReport> {
    const { queries, sequence, context } = this.#parts
    const run = sequence.add('run()', () => {
      const statement = { ...copyStatement(sql, parameters), reading: context.reading }
      return this.#execute(statement, ({ rowsChanged }) => ({ rowsChanged }))
    })
    return queries.track(run)
  }

  /** The transaction is over. @param isCommitted - Whether what was written counts. */
  end(isCommitted: boolean): void {
    this.#endChange?.()
    if (isCommitted) this.#parts.tables.committed.add(this.#written)
  }

  #load(table: Table<never>, rows: Rows<unknown>, options: PersistOptions): Work<Receipt> {
    const { context, tables, transaction } = this.#parts
    const source = createRowSource(rows)
    try {
      const bound = tables.boundOf(table)
      const resolved = resolvePersistOptions(options)
      bound.checkConflict(resolved.onConflict)
      const load = new LoadInTransaction(context, transaction, bound, source, resolved)
      const run: Work<Receipt>['run'] = async (call) => {
        const receipt = await load.run(call)
        this.#written.addCall(receipt)
        return receipt
      }
      return { cancellation: load.cancellation, run, release: () => load.release() }
    } catch (error) {
      source.release()
      throw error
    }
  }

  #execute<Result>(
    statement: Statement,
    take: (executed: { readonly read: Collected } & RunReport) => Result,
    limits: CallLimits = {},
  ): Work<Result> {
    const { transaction, context } = this.#parts
    const { sliceBudgetMs } = context
    if (mayChangeTables.test(statement.sql)) this.#endChange ??= context.scheduler.beginChange()
    const cancellation = new Cancellation()
    const request = { ...statement, transaction: transaction.id, mayWrite: true }
    const run = async () => {
      const stopLimits = limitCall('query()', cancellation, limits)
      try {
        transaction.begin()
        const { client } = transaction
        const collect = (reader: ResultReader) => collectResult(reader, cancellation, sliceBudgetMs)
        const executed = await executeStatement(client, request, cancellation, sliceBudgetMs, collect)
        return take(executed ?? { read: [], rowsChanged: 0 })
      } finally {
        stopLimits()
      }
    }
    return { cancellation, run, release: () => undefined }
  }
}
