/// <reference lib="esnext.disposable" preserve="true" />
import type {
  BigintReading,
  QueryRow,
  QueryValue,
  Reading,
  TimestampReading,
} from '../protocol/query-value.js'
import { collectStats } from './collect-stats.js'
import { checkNumber, ownOptions } from './contract/check-option.js'
import type { HealthOptions, HealthReport } from './contract/health.js'
import type { ResolvedOpenOptions } from './contract/open-options.js'
import {
  type AsColumns,
  type QueryColumns,
  type QueryOptions,
  type RowsAsArrays,
  resolveQueryOptions,
} from './contract/query-options.js'
import type { RunReport } from './contract/run-report.js'
import type { CloseOptions, CloseReport, Stats } from './contract/stats.js'
import type { TransactionOptions } from './contract/transaction-options.js'
import { copyStatement, type QueryParameters } from './read/query-parameters.js'
import { everything } from './scheduling/write-scope.js'
import type { CheckedDefinition } from './schema/checked-definition.js'
import type { ColumnDefinitions, KeyOptions, TableOptions } from './schema/table-definition.js'
import { shareInternals } from './service-internals.js'
import { createServiceParts, type ServiceParts } from './service-parts.js'
import type { Table } from './table.js'
import type { TableOf } from './table-of.js'
import type { Transaction } from './transaction.js'
import type { WorkerSupervisor } from './worker-thread/worker-supervisor.js'

/** A database that is open in a worker thread. Made by `open()`. */
export class PersistenceService implements AsyncDisposable {
  /** The database as it was given to `open()`. */
  readonly database: string
  readonly #parts: ServiceParts
  readonly #reading: Reading

  /** @internal */
  constructor(
    database: string,
    supervisor: WorkerSupervisor,
    options: ResolvedOpenOptions,
    releaseFile: () => void,
  ) {
    this.database = database
    this.#reading = options.reading
    this.#parts = createServiceParts(database, supervisor, options, releaseFile)
    shareInternals(this, this.#parts.internals)
  }

  /**
   * Gets a table to persist rows to. With a definition the table is created if it is missing, and must be like it if it
   * is there; without one the table must be there, and its columns are read.
   *
   * @param name - Of any characters but NUL.
   * @throws TypeError, as a rejection, for a name or definition that is none.
   * @throws `PERSIST_TABLE_NOT_FOUND` if it is missing and there is no definition.
   * @throws `PERSIST_SCHEMA_MISMATCH` if it is a view, is not as defined, or has a column of a type that cannot be
   * written.
   *
   * @example
   * ```ts
   * const events = await db.table('events', {
   *   columns: { id: 'BIGINT NOT NULL', at: 'TIMESTAMP', kind: 'VARCHAR', payload: 'JSON' },
   * })
   * ```
   */
  table<
    Row extends object = never,
    const Columns extends ColumnDefinitions = never,
    const Key extends keyof Columns & string = never,
  >(
    name: string,
    definition?: CheckedDefinition<Row, Columns, Key>,
  ): Promise<TableOf<NoInfer<Row>, Columns, Key>>
  async table(name: string, options: TableOptions | KeyOptions = {}): Promise<Table<never, never>> {
    return this.#parts.tables.open(name, options, false)
  }

  /**
   * Runs SQL and resolves to the rows of its last statement. A read sees what is committed when it starts, and does not
   * wait for a `persist()`; a statement that may change the database waits for its turn among them.
   *
   * What writes outside of the database (`COPY ... TO`, `EXPORT DATABASE`, `ATTACH`, `INSTALL`, `LOAD`, secrets) is refused:
   * it is for `run()`.
   *
   * Each call has a connection of its own: temporary tables, `SET` without `GLOBAL` and transactions end with it.
   *
   * @typeParam Row - What the caller knows of the rows; it is not checked.
   * @param parameters - Values for `?` and `$1` as an array, for `$name` as an object. In a call of several statements
   * they are for all of them: `$1` and `$name` are the same value in each, and `?` are counted through. Arrays, typed
   * arrays, Maps and plain objects are for LIST, ARRAY, STRUCT, MAP and JSON: they get the types of their places, and
   * where a place has none, those that their values have in common.
   * @param options - What values are read as, where it is to be other than what the service was opened with; when the
   * call is to give up; with `rowMode: 'array'` rows are arrays, and with `columns: true` there is an array for each column.
   * @throws TypeError or RangeError, as a rejection, for a parameter that DuckDB has no value for, or an option that is
   * none.
   * @throws `PERSIST_QUERY_FAILED`, with DuckDB's message as its cause; also for a value that cannot be read as
   * `timestamps` or `bigints` say: what the statement has written stays then.
   * @throws `PERSIST_CLOSED`, `PERSIST_ABORTED`, `PERSIST_WORKER_LOST`, `PERSIST_OUT_OF_MEMORY`.
   *
   * @example
   * ```ts
   * const top = await db.query<{ kind: string; n: bigint }>(
   *   'SELECT kind, count(*) AS n FROM events WHERE id > ? GROUP BY kind', [1000],
   * )
   * ```
   */
  query<Row extends object = QueryRow>(sql: string, parameters?: QueryParameters): Promise<Row[]>
  query<Timestamps extends TimestampReading, Bigints extends BigintReading>(
    sql: string,
    parameters: QueryParameters | undefined,
    options: QueryOptions<Timestamps, Bigints> & RowsAsArrays,
  ): Promise<QueryValue<Timestamps, Bigints>[][]>
  query<Timestamps extends TimestampReading, Bigints extends BigintReading>(
    sql: string,
    parameters: QueryParameters | undefined,
    options: QueryOptions<Timestamps, Bigints> & AsColumns,
  ): Promise<QueryColumns<Timestamps, Bigints>>
  query<Timestamps extends TimestampReading, Bigints extends BigintReading>(
    sql: string,
    parameters: QueryParameters | undefined,
    options: QueryOptions<Timestamps, Bigints>,
  ): Promise<QueryRow<Timestamps, Bigints>[]>
  query<Row extends object>(sql: string, parameters?: QueryParameters, options?: QueryOptions): Promise<Row[]>
  async query(sql: string, parameters?: QueryParameters, options: QueryOptions = {}): Promise<object> {
    const { limits, ...how } = resolveQueryOptions('query()', options, this.#reading)
    return this.#parts.queries.read({ ...copyStatement(sql, parameters), ...how }, limits)
  }

  /**
   * Runs SQL as `query()` does, and hands out the rows of its last statement one by one: they are read as they are asked
   * for, and few of them wait in memory, however many there are. What they are of is what was committed when the first one
   * was asked for, which is when the statement begins.
   *
   * `break`, or an end of the iteration by an error, frees the result at once; one that is neither ended nor read to its
   * last row keeps it. `close()` does not wait for it: when all other calls have ended, what is left of it rejects with
   * `PERSIST_CLOSED`. The rows of a statement that writes are all there before the first one is handed out.
   *
   * @returns an iterator, to be gone through once; `Readable.from()` takes it, and so does `persist()` of any service.
   * @throws TypeError or RangeError, at once, as `query()`; what else it rejects with, its first row does, or the one where
   * it happens.
   *
   * @example
   * ```ts
   * for await (const row of db.stream('SELECT id, amount FROM events WHERE kind = ?', ['order'])) {
   *   total += row.amount
   * }
   * ```
   */
  stream<Row extends object = QueryRow>(sql: string, parameters?: QueryParameters): AsyncIterableIterator<Row>
  stream<Timestamps extends TimestampReading, Bigints extends BigintReading>(
    sql: string,
    parameters: QueryParameters | undefined,
    options: QueryOptions<Timestamps, Bigints> & RowsAsArrays,
  ): AsyncIterableIterator<QueryValue<Timestamps, Bigints>[]>
  stream<Timestamps extends TimestampReading, Bigints extends BigintReading>(
    sql: string,
    parameters: QueryParameters | undefined,
    options: QueryOptions<Timestamps, Bigints>,
  ): AsyncIterableIterator<QueryRow<Timestamps, Bigints>>
  stream<Row extends object>(
    sql: string,
    parameters?: QueryParameters,
    options?: QueryOptions,
  ): AsyncIterableIterator<Row>
  stream(
    sql: string,
    parameters?: QueryParameters,
    options: QueryOptions = {},
  ): AsyncIterableIterator<object> {
    const { limits, ...how } = resolveQueryOptions('stream()', options, this.#reading)
    return this.#parts.queries.stream({ ...copyStatement(sql, parameters), ...how }, limits)
  }

  /**
   * Runs SQL for its effect, such as `CREATE INDEX`, after the calls of `persist()` made before it.
   *
   * @param parameters - As for `query()`.
   * @throws as `query()`; `PERSIST_READ_ONLY`, `PERSIST_DISK_FULL`, `PERSIST_DATABASE_INVALID`.
   */
  async run(sql: string, parameters?: QueryParameters): Promise<RunReport> {
    return this.#parts.queries.run(sql, parameters, false)
  }

  /**
   * Calls `work` with a transaction, which is committed when the promise of `work` resolves; then this resolves to the
   * same value. What is written by `tx` is there as a whole then, or, where this rejects, not at all. Rows of a table
   * that refers to another by a FOREIGN KEY come after those of the other.
   *
   * It has its turn when all calls made before it have ended that write, and those made after it wait for it; reads go
   * on. So `work` should wait for nothing but `tx`, and cannot wait for what waits for it: `persist()` of a table, `run()`
   * and `transaction()` of the service, and a store on it, reject with a TypeError at once, and `createWriteStream()`
   * throws one. `table()` does where `tx` has run CREATE, ALTER or DROP. `query()` of the service sees nothing that is not committed.
   *
   * Calls of `tx` that `work` has not awaited are part of the transaction, and awaited before it is committed.
   *
   * @returns what `work` resolves to, once everything is committed.
   * @throws what `work` throws, or else what the first call of `tx` has failed with, also where `work` has caught it.
   * @throws TypeError or RangeError, as a rejection, for arguments of the wrong type, and where it would wait for itself.
   * @throws `PERSIST_ABORTED` if `signal` aborts or `timeoutMs` is over, or `close({ timeoutMs })` interrupts it; `work`
   * is not waited for then.
   * @throws `PERSIST_OVERLOADED` if as many calls wait as `maxWaitingCalls` of `open()` lets in.
   * @throws `PERSIST_WRITE_FAILED`, `PERSIST_DISK_FULL`, `PERSIST_DATABASE_INVALID` if it cannot be committed;
   * `PERSIST_CLOSED`, `PERSIST_WORKER_LOST`. In all of these cases nothing of it is written; after `PERSIST_WORKER_LOST`
   * while it was being committed, all of it may be.
   *
   * @example
   * ```ts
   * const left = await db.transaction(async (tx) => {
   *   await tx.persist(users, newUsers, { onConflict: 'update' })
   *   await tx.persist(orders, newOrders)
   *   await tx.run('UPDATE stock SET left = left - 1 WHERE item = ?', [item])
   *   return tx.query('SELECT left FROM stock WHERE item = ?', [item])
   * })
   * ```
   */
  async transaction<Result>(
    work: (tx: Transaction) => Promise<Result>,
    options: TransactionOptions = {},
  ): Promise<Result> {
    return this.#parts.transactions.run(work, options)
  }

  /**
   * Moves what is committed from the write-ahead log into the database file, after the calls of `persist()` made before
   * it whose rows are at hand. Where rows were updated since a call began whose source is asynchronous, DuckDB refuses to:
   * then it waits, as `run()` does, for all calls that are under way. The service does so by itself as the log grows;
   * commits wait while it does.
   *
   * @throws TypeError, as a rejection, if it would have to wait for the source that calls it.
   * @throws `PERSIST_WRITE_FAILED`, `PERSIST_DISK_FULL`, `PERSIST_DATABASE_INVALID`, `PERSIST_CLOSED`,
   * `PERSIST_WORKER_LOST`.
   */
  async checkpoint(): Promise<void> {
    return this.#parts.checkpoints.run()
  }

  /** What the service is doing and has done. Costs nothing worth mentioning. */
  stats(): Stats {
    return collectStats(this.#parts)
  }

  /**
   * Asks the worker how it is, and resolves to what an operator, or a probe, has to know. It waits for no call: not for
   * `persist()`, and not for a statement that runs for long. A lost worker is started again by it.
   *
   * What it finds is never a rejection, also while the service is closing and once it is closed: `'failed'` then, with the
   * reason `closing` or `closed`.
   *
   * @throws TypeError or RangeError, as a rejection, for options that are wrong.
   *
   * @example
   * ```ts
   * const { status, reasons } = await db.health({ timeoutMs: 500 })
   * response.writeHead(status === 'failed' ? 503 : 200).end(JSON.stringify({ status, reasons }))
   * ```
   */
  async health(options: HealthOptions = {}): Promise<HealthReport> {
    return this.#parts.health.run(options)
  }

  /**
   * Waits for what is running, closes the database and ends the worker: when this resolves, another process can open
   * the file. From the call on, new work is refused with `PERSIST_CLOSED`. Calling it again is safe, and can add a
   * `timeoutMs`.
   *
   * Stores on this service save what is due first, and are closed with it. Where one of them cannot, this rejects with
   * what its `close()` would, and the service and its stores stay open. Their saves are not interrupted by `timeoutMs`.
   *
   * @throws TypeError, as a rejection, if the source of a `persist()` calls it without a `timeoutMs`: it would wait for
   * itself.
   * @returns how many calls were interrupted, and so rejected and rolled back, because of `timeoutMs`.
   * @throws what `persist()` of a store on it throws.
   */
  async close(options: CloseOptions = {}): Promise<CloseReport> {
    const { timeoutMs } = ownOptions('the options of close()', options, ['timeoutMs'])
    checkNumber('timeoutMs', timeoutMs, 0, false)
    const { operations, scheduler } = this.#parts
    if (timeoutMs !== undefined) return operations.close({ timeoutMs })
    const call = scheduler.queue.join('close()', everything)
    return operations.close({ timeoutMs }).finally(() => scheduler.queue.leave(call))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
