/// <reference lib="esnext.disposable" preserve="true" />
import {
  type BigintReading,
  exactReading,
  type QueryRow,
  type Reading,
  type TimestampReading,
} from '../protocol/requests.js'
import { type TableRef, tableIn } from '../protocol/sql.js'
import { Deferred } from '../sync/deferred.js'
import { checkNumber, ownOptions } from './contract/check-option.js'
import type { ResolvedOpenOptions } from './contract/open-options.js'
import { type PersistOptions, resolvePersistOptions } from './contract/persist-options.js'
import { type QueryOptions, resolveQueryOptions } from './contract/query-options.js'
import type { Receipt } from './contract/receipt.js'
import type { Rows } from './contract/rows.js'
import type { CloseOptions, CloseReport, Stats } from './contract/stats.js'
import { BufferPool } from './encode/buffer-pool.js'
import { copyStatement, type QueryParameters } from './read/query-parameters.js'
import { QueryRunner, type RunReport, type Statement } from './read/query-runner.js'
import type { Cancellation } from './scheduling/cancellation.js'
import { CheckpointScheduler } from './scheduling/checkpoint-scheduler.js'
import { Dependents } from './scheduling/dependents.js'
import { FlowControl } from './scheduling/flow-control.js'
import { Operations } from './scheduling/operations.js'
import { WriteScheduler } from './scheduling/write-scheduler.js'
import { type BoundTable, bindTable } from './schema/bound-table.js'
import { checkSchema } from './schema/compare-schema.js'
import type { AnyRow, RowOf } from './schema/row-types.js'
import {
  type ColumnDefinitions,
  checkName,
  type KeyOptions,
  resolveTableOptions,
  type TableOptions,
} from './schema/table-definition.js'
import { resolveTableKey } from './schema/table-key.js'
import { shareInternals } from './service-internals.js'
import { Table } from './table.js'
import type { WorkerSupervisor } from './worker-thread/worker-supervisor.js'
import { encodeAtExit } from './write/encode-at-exit.js'
import { PersistCall, type WriteContext } from './write/persist-call.js'
import { createRowSource } from './write/row-source.js'

const batchBytes = 1024 * 1024

/** A database that is open in a worker thread. Made by `open()`. */
export class PersistenceService implements AsyncDisposable {
  /** The database as it was given to `open()`. */
  readonly database: string
  readonly #supervisor: WorkerSupervisor
  readonly #scheduler = new WriteScheduler()
  readonly #writing: WriteContext
  readonly #queries: QueryRunner
  readonly #reading: Reading
  readonly #operations: Operations
  readonly #targets = new WeakMap<Table<never>, BoundTable>()
  readonly #dependents = new Dependents()
  #persisting = 0
  #querying = 0
  readonly #committed = { persisted: 0, rows: 0, rejected: 0, bytes: 0 }

  /** @internal */
  constructor(
    database: string,
    supervisor: WorkerSupervisor,
    options: ResolvedOpenOptions,
    releaseFile: () => void,
  ) {
    this.database = database
    this.#supervisor = supervisor
    const checkpoints = new CheckpointScheduler(this.#scheduler, !options.isWalLeft, () => this.checkpoint())
    const { sliceBudgetMs, maxInFlightBytes, reading } = options
    this.#writing = {
      supervisor,
      scheduler: this.#scheduler,
      checkpoints,
      pool: new BufferPool(Math.min(batchBytes, maxInFlightBytes)),
      flow: new FlowControl(maxInFlightBytes),
      sliceBudgetMs,
      reading,
    }
    this.#queries = new QueryRunner(supervisor, this.#scheduler, checkpoints)
    this.#reading = options.reading
    this.#operations = new Operations({
      saveLast: () => this.#dependents.close(),
      close() {
        checkpoints.stop()
        return supervisor.close().finally(releaseFile)
      },
      abandon: () => supervisor.abandon(),
    })
    shareInternals(this, {
      path: supervisor.path,
      tableRef: (name) => tableIn(supervisor.tables, name),
      config: options.config,
      dependents: this.#dependents,
      query: <Row extends object>(sql: string) => this.#read<Row>({ sql, reading: exactReading }, true),
      run: (sql) => this.#run(sql, undefined, true),
      table: (name) => this.#table(name, {}, true),
      readPages: (sql) => this.#readPages(sql),
      writeAtExit: (table, takeRows) => this.#writeAtExit(table, takeRows),
      refuseSelfWait: (what) => this.#scheduler.queue.check(what),
    })
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
  table(name: string, definition?: KeyOptions): Promise<Table<AnyRow>>
  table<const Columns extends ColumnDefinitions, const Key extends keyof Columns & string = never>(
    name: string,
    definition: TableOptions<Columns> & {
      readonly key?: readonly Key[] | undefined
      readonly primaryKey?: readonly Key[] | undefined
    },
  ): Promise<Table<RowOf<Columns, Key>>>
  async table(name: string, options: TableOptions | KeyOptions = {}): Promise<Table<never>> {
    return this.#table(name, options, false)
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
   * they are for all of them: `$1` and `$name` are the same value in each, and `?` are counted through.
   * @param options - What values are read as, where it is to be other than what the service was opened with.
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
    options: QueryOptions<Timestamps, Bigints>,
  ): Promise<QueryRow<Timestamps, Bigints>[]>
  query<Row extends object>(sql: string, parameters?: QueryParameters, options?: QueryOptions): Promise<Row[]>
  async query(sql: string, parameters?: QueryParameters, options: QueryOptions = {}): Promise<object[]> {
    const reading = resolveQueryOptions(options, this.#reading)
    return this.#read({ ...copyStatement(sql, parameters), reading }, false)
  }

  /**
   * Runs SQL for its effect, such as `CREATE INDEX`, after the calls of `persist()` made before it.
   *
   * @param parameters - As for `query()`.
   * @throws as `query()`; `PERSIST_READ_ONLY`, `PERSIST_DISK_FULL`, `PERSIST_DATABASE_INVALID`.
   */
  async run(sql: string, parameters?: QueryParameters): Promise<RunReport> {
    return this.#run(sql, parameters, false)
  }

  /**
   * Moves what is committed from the write-ahead log into the database file, after the calls of `persist()` made before
   * it. DuckDB does so by itself as the log grows; commits wait while it does.
   *
   * @throws `PERSIST_WRITE_FAILED`, `PERSIST_DISK_FULL`, `PERSIST_DATABASE_INVALID`, `PERSIST_CLOSED`,
   * `PERSIST_WORKER_LOST`.
   */
  async checkpoint(): Promise<void> {
    await this.#operations.run((cancellation) =>
      this.#scheduler.acquire(cancellation, 'checkpoint()', () =>
        this.#supervisor.use((client) => client.request('checkpoint', undefined)),
      ),
    )
  }

  /** What the service is doing and has done. Costs nothing worth mentioning. */
  stats(): Stats {
    const { flow, pool } = this.#writing
    return Object.freeze({
      status: this.#operations.status,
      duckdbVersion: this.#supervisor.duckdbVersion,
      workers: this.#supervisor.workers,
      waiting: this.#scheduler.waiting,
      persisting: this.#persisting,
      querying: this.#querying,
      inFlightBytes: flow.bytes,
      peakInFlightBytes: flow.peakBytes,
      freeBufferBytes: pool.freeBytes,
      ...this.#committed,
    })
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
    if (timeoutMs !== undefined) return this.#operations.close({ timeoutMs })
    const call = this.#scheduler.queue.join('close()')
    return this.#operations.close({ timeoutMs }).finally(() => this.#scheduler.queue.leave(call))
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }

  async #table(name: string, options: TableOptions | KeyOptions, savesLast: boolean): Promise<Table<never>> {
    checkName('the name of a table', name)
    const resolved = resolveTableOptions(options)
    const { definition, schema } = resolved
    const place = this.#supervisor.tables
    const ref = tableIn(schema === undefined ? place : { ...place, schema }, name)
    const request = { table: ref, ...(definition === undefined ? {} : { definition }) }
    const description = await this.#operations.run(
      (cancellation) =>
        this.#scheduler.afterChanges(cancellation, 'table()', () =>
          this.#supervisor.use((client) => client.request('describe', request)),
        ),
      savesLast,
    )
    if (definition !== undefined) checkSchema(name, definition, resolved, description)
    const key = resolveTableKey(name, resolved.key, description)
    const target = bindTable(ref, description, key, this.#writing.pool, () => this.#isConstrained(ref))
    const table = new Table<never>(ref, description.columns, key.columns, (rows, persistOptions) =>
      this.#persist(target, rows, persistOptions, savesLast),
    )
    this.#targets.set(table, target)
    return table
  }

  /** Where that is not to be found out, what begins to write will say why. */
  #isConstrained(table: TableRef): Promise<boolean> {
    const ask = () => this.#supervisor.use((client) => client.request('constraints', { table }))
    return this.#operations.run(ask).then(
      ({ isConstrained }) => isConstrained,
      () => true,
    )
  }

  async #persist(
    target: BoundTable,
    rows: Rows<unknown>,
    options: PersistOptions,
    savesLast: boolean,
  ): Promise<Receipt> {
    const source = createRowSource(rows)
    this.#persisting++
    try {
      const resolved = resolvePersistOptions(options)
      if (resolved.onConflict !== 'error' && target.key.length === 0) {
        throw new TypeError(`Expected \`onConflict: '${resolved.onConflict}'\` for a table with a key only`)
      }
      const receipt = await this.#operations.run(
        (cancellation) => new PersistCall(this.#writing, target, source, resolved, cancellation).run(),
        savesLast,
      )
      this.#committed.persisted++
      this.#committed.rows += receipt.inserted + receipt.updated
      this.#committed.rejected += receipt.rejected
      this.#committed.bytes += receipt.bytes
      return receipt
    } catch (error) {
      // Whatever it was, nobody will take its rows any more.
      source.release()
      throw error
    } finally {
      this.#persisting--
    }
  }

  async #read<Row extends object>(statement: Statement, savesLast: boolean): Promise<Row[]> {
    const read = (cancellation: Cancellation) => this.#queries.query(statement, cancellation)
    // The caller's word for what the statement returns.
    return (await this.#query(read, savesLast)) as object[] as Row[]
  }

  async #run(sql: string, parameters: QueryParameters | undefined, savesLast: boolean): Promise<RunReport> {
    // Nobody sees the rows.
    const statement = { ...copyStatement(sql, parameters), reading: exactReading }
    const run = (cancellation: Cancellation) => this.#queries.run(statement, cancellation)
    const { rowsChanged } = await this.#query(run, savesLast)
    return { rowsChanged }
  }

  async *#readPages(sql: string): AsyncGenerator<readonly QueryRow[]> {
    const ended = new Deferred<void>()
    let pages: AsyncGenerator<readonly QueryRow[]> | undefined
    // For `close()` to wait for, and to interrupt.
    const running = this.#query((cancellation) => {
      pages = this.#queries.pages({ sql, reading: exactReading }, cancellation)
      return ended.promise
    }, true)
    try {
      if (pages === undefined) await running
      else yield* pages
    } finally {
      ended.resolve()
      await running
    }
  }

  #writeAtExit(table: Table<never>, takeRows: (() => readonly unknown[]) | undefined): void {
    const target = this.#targets.get(table)
    if (target === undefined) throw new TypeError('Expected a table of this service')
    if (takeRows === undefined) this.#supervisor.finalWrites.delete(target)
    else this.#supervisor.finalWrites.set(target, () => encodeAtExit(target, takeRows()))
  }

  async #query<Result>(
    task: (cancellation: Cancellation) => Promise<Result>,
    savesLast: boolean,
  ): Promise<Result> {
    this.#querying++
    try {
      return await this.#operations.run(task, savesLast)
    } finally {
      this.#querying--
    }
  }
}
