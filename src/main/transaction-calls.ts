import { quoteName } from '../protocol/visible-text.js'
import { type PersistOptions, resolvePersistOptions } from './contract/persist-options.js'
import { type CallLimits, type QueryOptions, resolveQueryOptions } from './contract/query-options.js'
import type { Receipt } from './contract/receipt.js'
import type { Rows } from './contract/rows.js'
import type { RunReport } from './contract/run-report.js'
import type {
  CommitTrace,
  Draft,
  PersistTrace,
  QueryTrace,
  TracedTable,
  TransactionTrace,
} from './contract/traces.js'
import { channels } from './diagnostics/channels.js'
import { trace } from './diagnostics/trace.js'
import { tracePersist } from './diagnostics/trace-persist.js'
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
  /** Where somebody listens. */
  readonly trace: Draft<TransactionTrace> | undefined
}

/** The calls that are part of one transaction. */
export class TransactionCalls {
  readonly #parts: Parts
  readonly #written = new WrittenTotals()
  readonly #tables = new Map<string, TracedTable>()
  #endChange: (() => void) | undefined

  /** Of the tables that rows are persisted to. */
  #catalog: string | undefined

  constructor(parts: Parts) {
    this.#parts = parts
  }

  persist(table: Table<never>, rows: Rows<unknown>, options: PersistOptions): Promise<Receipt> {
    this.#countCall()
    // What is no table is refused where the rows are taken.
    if (!channels.persist.hasSubscribers || !(table instanceof Table)) {
      return this.#persist(table, rows, options)
    }
    const { schema, name } = table
    const context: Draft<PersistTrace> = { ...this.#traced, table: { schema, name } }
    return handled(tracePersist(context, () => this.#persist(table, rows, options, context)))
  }

  query(sql: string, parameters: QueryParameters | undefined, options: QueryOptions): Promise<object> {
    this.#countCall()
    if (!channels.query.hasSubscribers) return this.#query(sql, parameters, options)
    const context: Draft<QueryTrace> = { ...this.#traced, kind: 'query', sql }
    return handled(trace(channels.query, context, () => this.#query(sql, parameters, options, context)))
  }

  run(sql: string, parameters: QueryParameters | undefined): Promise<RunReport> {
    this.#countCall()
    if (!channels.query.hasSubscribers) return this.#run(sql, parameters)
    const context: Draft<QueryTrace> = { ...this.#traced, kind: 'run', sql }
    return handled(trace(channels.query, context, () => this.#run(sql, parameters, context)))
  }

  /** What is known of the transaction before it is committed. */
  describe(): Draft<CommitTrace> {
    const { context, transaction } = this.#parts
    const { persisted, rows, bytes } = this.#written
    const of = { database: context.database, id: transaction.id, kind: 'transaction' } as const
    return { ...of, calls: persisted, tables: [...this.#tables.values()], rows, bytes }
  }

  /** The transaction is over. @param isCommitted - Whether what was written counts. */
  end(isCommitted: boolean): void {
    this.#endChange?.()
    if (isCommitted) this.#parts.tables.committed.add(this.#written)
  }

  #countCall(): void {
    const { trace } = this.#parts
    if (trace !== undefined) trace.calls++
  }

  /** What the traces of its calls have in common. */
  get #traced() {
    const { context, transaction } = this.#parts
    return { database: context.database, transaction: transaction.id }
  }

  #persist(
    table: Table<never>,
    rows: Rows<unknown>,
    options: PersistOptions,
    trace?: Draft<PersistTrace>,
  ): Promise<Receipt> {
    const { tables, sequence } = this.#parts
    const what = table instanceof Table ? `persist() to ${quoteName(table.name)}` : 'persist()'
    return tables.track(sequence.add(what, () => this.#load(table, rows, options, trace)))
  }

  #query(
    sql: string,
    parameters: QueryParameters | undefined,
    options: QueryOptions,
    trace?: Draft<QueryTrace>,
  ): Promise<object> {
    const { queries, sequence, context } = this.#parts
    const query = sequence.add('query()', () => {
      const { limits, ...how } = resolveQueryOptions('query()', options, context.reading)
      return this.#execute({ ...copyStatement(sql, parameters), ...how, trace }, ({ read }) => read, limits)
    })
    return queries.track(query)
  }

  #run(sql: string, parameters: QueryParameters | undefined, trace?: Draft<QueryTrace>): Promise<RunReport> {
    const { queries, sequence, context } = this.#parts
    const run = sequence.add('run()', () => {
      const statement = { ...copyStatement(sql, parameters), reading: context.reading, trace }
      return this.#execute(statement, ({ rowsChanged }) => ({ rowsChanged }))
    })
    return queries.track(run)
  }

  #load(
    table: Table<never>,
    rows: Rows<unknown>,
    options: PersistOptions,
    trace: Draft<PersistTrace> | undefined,
  ): Work<Receipt> {
    const { context, tables, transaction } = this.#parts
    const source = createRowSource(rows)
    try {
      const bound = tables.boundOf(table)
      this.#checkCatalog(bound.ref.catalog)
      const given = resolvePersistOptions(options)
      if (trace !== undefined) trace.commit = transaction.id
      const resolved = trace === undefined ? given : { ...given, trace }
      bound.checkConflict(resolved.onConflict)
      const load = new LoadInTransaction(context, transaction, bound, source, resolved)
      const run: Work<Receipt>['run'] = async (call) => {
        const receipt = await load.run(call)
        this.#written.addCall(receipt)
        const { schema, name } = bound.ref
        this.#tables.set(bound.signature, { schema, name })
        return receipt
      }
      return { cancellation: load.cancellation, run, release: () => load.release() }
    } catch (error) {
      source.release()
      throw error
    }
  }

  /** DuckDB writes to one attached database in a transaction, and says so when the rows are there. */
  #checkCatalog(catalog: string): void {
    this.#catalog ??= catalog
    if (this.#catalog === catalog) return
    throw new TypeError(
      `Expected tables of one database in a transaction, got those of ${quoteName(this.#catalog)} and ${quoteName(catalog)}`,
    )
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

/** What a call fails with is what the transaction fails with: nobody has to look at its promise. */
function handled<Result>(call: Promise<Result>): Promise<Result> {
  call.catch(() => undefined)
  return call
}
