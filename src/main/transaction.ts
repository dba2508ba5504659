import type { BigintReading, QueryRow, QueryValue, TimestampReading } from '../protocol/query-value.js'
import type { OnConflict } from '../protocol/write-requests.js'
import type { PersistOptions } from './contract/persist-options.js'
import type { AsColumns, QueryColumns, QueryOptions, RowsAsArrays } from './contract/query-options.js'
import type { Receipt } from './contract/receipt.js'
import type { Rows } from './contract/rows.js'
import type { RunReport } from './contract/run-report.js'
import type { QueryParameters } from './read/query-parameters.js'
import type { AnyRow, TextRow } from './schema/row-types.js'
import type { Table } from './table.js'

/** What a transaction needs of its service. */
interface Calls {
  persist(table: Table<never>, rows: Rows<unknown>, options: PersistOptions): Promise<Receipt>
  query(sql: string, parameters: QueryParameters | undefined, options: QueryOptions): Promise<object>
  run(sql: string, parameters: QueryParameters | undefined): Promise<RunReport>
}

/**
 * What the callback of `transaction()` writes and reads with. Its calls run one after the other, each sees what those
 * before it have written, and all of it is committed, or nothing.
 *
 * One that fails, for whatever reason, is the end of the transaction: the calls after it reject with the same error, and
 * so does the promise of `transaction()`, unless the callback throws another one. Where it is caught, nothing is written
 * all the same.
 *
 * What a call's own source awaits must not be another call of the transaction, which would wait for it: that rejects with a
 * TypeError at once, and so does a call that is made once the callback has settled.
 */
export class Transaction {
  readonly #calls: Calls

  /** @internal */
  constructor(calls: Calls) {
    this.#calls = calls
  }

  /** With `parse: true` any value may be a string. */
  persist<Row = AnyRow, Resolved extends OnConflict = OnConflict>(
    table: Table<Row, unknown, Resolved>,
    rows: Rows<Partial<TextRow<NoInfer<Row>>>>,
    options: PersistOptions<NoInfer<Resolved>> & { readonly onConflict: 'update'; readonly parse: true },
  ): Promise<Receipt>
  /** With `parse: true` any value may be a string. */
  persist<Row = AnyRow, Resolved extends OnConflict = OnConflict>(
    table: Table<Row, unknown, Resolved>,
    rows: Rows<TextRow<NoInfer<Row>>>,
    options: PersistOptions<NoInfer<Resolved>> & { readonly parse: true },
  ): Promise<Receipt>
  /** With `onConflict: 'update'` a row may carry some columns only: one that is there keeps the values of the others. */
  persist<Row = AnyRow, Resolved extends OnConflict = OnConflict>(
    table: Table<Row, unknown, Resolved>,
    rows: Rows<Partial<NoInfer<Row>>>,
    options: PersistOptions<NoInfer<Resolved>> & { readonly onConflict: 'update' },
  ): Promise<Receipt>
  /**
   * Writes rows like `persist()` of the table, as part of the transaction: what its receipt counts is committed when
   * `transaction()` resolves. With `onRowError: 'skip'` or a function, bad rows are left out and do no harm to the rest.
   *
   * @param table - Of the service that the transaction is on. Its columns may not have changed since `table()`.
   * @param options - A `signal` ends the transaction. `background` makes no difference.
   * @throws as `persist()` of the table; but for `PERSIST_CLOSED` and `PERSIST_OVERLOADED`, which `transaction()` does.
   */
  persist<Row = AnyRow, Resolved extends OnConflict = OnConflict>(
    table: Table<Row, unknown, Resolved>,
    rows: Rows<NoInfer<Row>>,
    options?: PersistOptions<NoInfer<Resolved>>,
  ): Promise<Receipt>
  persist<Row>(table: Table<Row>, rows: Rows<unknown>, options: PersistOptions = {}): Promise<Receipt> {
    return this.#calls.persist(table, rows, options)
  }

  /**
   * Runs SQL like `query()` of the service, on the transaction's connection: it may write, too. All rows are read before it
   * resolves.
   *
   * What a rollback does not undo is refused: BEGIN, COMMIT and ROLLBACK, ATTACH, SET, PRAGMA, CALL, CHECKPOINT,
   * `COPY ... TO` and whatever else reaches outside of the database.
   *
   * @throws TypeError or RangeError, as a rejection, for parameters or options that are none.
   * @throws `PERSIST_QUERY_FAILED`, `PERSIST_READ_ONLY`, `PERSIST_ABORTED`, `PERSIST_WORKER_LOST`, `PERSIST_DISK_FULL`,
   * `PERSIST_OUT_OF_MEMORY`, `PERSIST_DATABASE_INVALID`.
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
  query(sql: string, parameters?: QueryParameters, options: QueryOptions = {}): Promise<object> {
    return this.#calls.query(sql, parameters, options)
  }

  /**
   * Runs SQL for its effect, such as an UPDATE, or the DDL that goes with the rows.
   *
   * @param parameters - As for `query()`.
   * @throws as `query()`.
   */
  run(sql: string, parameters?: QueryParameters): Promise<RunReport> {
    return this.#calls.run(sql, parameters)
  }
}
