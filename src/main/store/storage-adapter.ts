/// <reference lib="esnext.disposable" preserve="true" />
import { EventEmitter } from 'node:events'
import type { BigintReading, QueryRow, QueryValue, TimestampReading } from '../../protocol/query-value.js'
import { checkType, ownOptions } from '../contract/check-option.js'
import type { AsColumns, QueryColumns, QueryOptions, RowsAsArrays } from '../contract/query-options.js'
import { checkFile } from '../database/local-file.js'
import type { QueryParameters } from '../read/query-parameters.js'
import { callListeners } from './call-listeners.js'
import { EventfulStore } from './eventful-store.js'
import { importParquet } from './import-parquet.js'
import type { LoadReport } from './storage-events.js'
import {
  type ResolvedStorageOptions,
  resolveStorageOptions,
  type StorageAdapterOptions,
} from './storage-options.js'
import type { StorageReceipt } from './storage-receipt.js'
import { StorageSession } from './storage-session.js'
import type { StoreHooks } from './store-hooks.js'

export interface StorageCloseOptions {
  /**
   * Gives up what is not saved, for a database that cannot be written to any more.
   *
   * @defaultValue false
   */
  readonly discardChanges?: boolean | undefined
}

/**
 * A store of keys and JSON values that is kept in memory and saved to a DuckDB table from a worker thread.
 *
 * The database is opened, and its entries are read, at the first call. Reading takes turns with the rest of the
 * program; a value is parsed when it is first asked for.
 *
 * @typeParam T - The values, as the caller knows them; what is read is not checked.
 *
 * @example
 * ```ts
 * const users = new DuckDBStorageAdapter<User>({ database: 'app.duckdb', tableName: 'users' })
 * await users.set('u:1', { name: 'Ada' })
 * await users.persist()
 * await users.close()
 * ```
 */
export class DuckDBStorageAdapter<T = unknown> extends EventfulStore<T> implements AsyncDisposable {
  readonly #session: StorageSession<T>
  readonly #options: ResolvedStorageOptions

  /** @throws TypeError or RangeError for an option of the wrong type or size. */
  constructor(options: StorageAdapterOptions) {
    const events = new EventEmitter()
    const resolved = resolveStorageOptions(options)
    const session = new StorageSession<T>(resolved, (name, value) => callListeners(this, events, name, value))
    const hooks: StoreHooks<T> = {
      ready: () => session.ready(),
      checkOpen: () => session.checkOpen(),
      accept: (takeRest) => session.accept(takeRest),
      changed: () => session.changed(),
      sliceBudgetMs: resolved.sliceBudgetMs,
    }
    super(session.memory, hooks, events)
    this.#session = session
    this.#options = resolved
  }

  /**
   * Writes what has changed since the last save, deletions included, in one transaction. It is what has changed at the
   * moment of the call; what is set meanwhile belongs to the next. Where it fails, the changes stay due.
   *
   * @throws `PERSIST_ROW_REJECTED` for a value that has no JSON any more, with `onRowError: 'abort'`; its key is in
   * `error.rejection.key`.
   * @throws what an automatic save failed with that no call has reported, after having saved what is due.
   * @throws the codes of `open()` and of `Table.persist()`.
   */
  persist(): Promise<StorageReceipt> {
    return this.#session.persist()
  }

  /**
   * Reads the entries from the database, where the first call has not done so. Again, it first saves what is due, and
   * then reads what another writer may have changed.
   */
  load(): Promise<LoadReport> {
    return this.#session.load()
  }

  /** Runs SQL on the database: what is saved is in the table of the store, with the columns `key` and `value`. */
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
  async query(sql: string, parameters?: QueryParameters, options?: QueryOptions): Promise<object> {
    const { service } = await this.#session.database()
    return service.query<object>(sql, parameters, options)
  }

  /**
   * Saves what is due, and then writes all entries, by key, to a Parquet file; resolves to how many.
   *
   * @param file - A path of any characters but NUL; neither a pattern nor a URL.
   * @throws `PERSIST_QUERY_FAILED` if the file cannot be written, or is a folder.
   */
  async exportParquet(file: string): Promise<number> {
    checkFile(file)
    await this.persist()
    return (await this.#session.database()).exportParquet(file)
  }

  /**
   * Sets an entry for each row of a Parquet file with the columns `key` and `value`, JSON as text, and saves them.
   *
   * @param file - As for `exportParquet()`: one file, which is read as it is, whatever its folders are called.
   * @throws `PERSIST_QUERY_FAILED` if the file cannot be read or has no such columns.
   * @throws `PERSIST_ALREADY_OPEN` if it is a database that this process has open.
   */
  async importParquet(file: string): Promise<LoadReport> {
    checkFile(file)
    return importParquet(this.#session, this.#options, file)
  }

  /**
   * Saves what is due, and closes the database if it was opened by this store. Where that cannot be saved, it rejects,
   * and the store stays open.
   *
   * @throws what `persist()` throws.
   */
  async close(options: StorageCloseOptions = {}): Promise<void> {
    const { discardChanges } = ownOptions('the options of close()', options, ['discardChanges'])
    checkType('discardChanges', discardChanges, 'boolean')
    return this.#session.close(discardChanges ?? false)
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close()
  }
}
