import type { ColumnDescriptor } from '../protocol/column-type.js'
import type { TableRef } from '../protocol/sql.js'
import type { OnConflict } from '../protocol/write-requests.js'
import { noPersistOptions, type PersistOptions } from './contract/persist-options.js'
import type { Receipt } from './contract/receipt.js'
import type { Rows } from './contract/rows.js'
import type { WriteStream } from './contract/write-stream.js'
import type { WriteStreamOptions } from './contract/write-stream-options.js'
import type { AnyRow, RowTypes, TextRow } from './schema/row-types.js'

/** What a table needs of its service. */
interface Writing {
  persist(rows: Rows<unknown>, options: PersistOptions): Promise<Receipt>
  createWriteStream(options: WriteStreamOptions): WriteStream<never>
}

/**
 * A table that rows can be persisted to. Made by `table()` of a service.
 *
 * @typeParam Row - What it takes.
 * @typeParam Read - What `query()` reads from it; `RowOf<typeof table, 'read'>` asks for it.
 * @typeParam Resolved - What `onConflict` can be: `'error'` alone where it is defined without a key.
 */
// biome-ignore lint/suspicious/noUnsafeDeclarationMerging: what it adds is for types alone, and is never there.
// biome-ignore lint/correctness/noUnusedVariables: it is what the interface below carries.
export class Table<Row = AnyRow, Read = unknown, Resolved extends OnConflict = OnConflict> {
  readonly name: string
  /** The schema that it is in. */
  readonly schema: string
  /** The columns that rows are written to, in the table's order. */
  readonly columns: readonly ColumnDescriptor[]
  /**
   * The columns that tell rows apart, which `onConflict` is about: those of `key`, or else of the PRIMARY KEY, or of
   * the only UNIQUE constraint. None when empty.
   */
  readonly key: readonly string[]
  readonly #writing: Writing

  /** @internal */
  constructor(
    { schema, name }: TableRef,
    columns: readonly ColumnDescriptor[],
    key: readonly string[],
    writing: Writing,
  ) {
    this.name = name
    this.schema = schema
    this.columns = columns
    this.key = key
    this.#writing = writing
  }

  /** With `parse: true` any value may be a string. */
  persist(
    rows: Rows<Partial<TextRow<Row>>>,
    options: PersistOptions<Resolved> & { readonly onConflict: 'update'; readonly parse: true },
  ): Promise<Receipt>
  /** With `parse: true` any value may be a string. */
  persist(
    rows: Rows<TextRow<Row>>,
    options: PersistOptions<Resolved> & { readonly parse: true },
  ): Promise<Receipt>
  /** With `onConflict: 'update'` a row may carry some columns only: one that is there keeps the values of the others. */
  persist(
    rows: Rows<Partial<Row>>,
    options: PersistOptions<Resolved> & { readonly onConflict: 'update' },
  ): Promise<Receipt>
  /**
   * Writes rows in one transaction: all that are good, or none. Resolves when they are committed.
   *
   * Calls may overlap. Those that could see each other's rows (on a table that has a key or constraints, or on tables that
   * a FOREIGN KEY links) are committed in the order in which they were made; others wait for none of them. Arrays of at
   * most 4,096 rows share a commit with others that wait at the same time. Rows are read while the promise is pending,
   * and must not be changed until it settles.
   *
   * An asynchronous source must not wait for a call that waits for it: another `persist()` to its table where that has a
   * key or constraints, or a `run()`. Such a call rejects with a TypeError while the source is asked for a row, also
   * where the source would not wait for it.
   *
   * A source belongs to the call: one that fails while it waits rejects the call, and one that is not read to its end
   * is released, whatever the reason. A stream is destroyed, a web stream is cancelled, and any other iterator has its
   * `return()` called. The promise does not wait for what they do about it, which may never end.
   *
   * @param rows - An array, a generator, a Map's `values()`, an async generator, a readable stream of objects. Taken
   * once, and not faster than they are written. What it throws rejects the promise as it is. What is piped into
   * a stream by `pipe()` is not released with it; what `pipeline()` or `compose()` connects is.
   * @throws TypeError or RangeError, as a rejection, for arguments of the wrong type, for an `onConflict` that takes a
   * key on a table without one, for a call that would wait for itself, and for a source that has been read before: a
   * stream at its end, a web stream that is locked or was read from, an iterator that another call has taken. A generator
   * that others have read to its end cannot be told from one without rows.
   * @throws `PERSIST_ROW_REJECTED` for the first bad row, with `onRowError: 'abort'`.
   * @throws `PERSIST_WRITE_FAILED` if DuckDB refuses the rows for a reason that is no single row's.
   * @throws `PERSIST_SCHEMA_MISMATCH` if the table's columns have changed, `PERSIST_TABLE_NOT_FOUND` if it is gone.
   * @throws `PERSIST_ABORTED` if `signal` aborts, or `close({ timeoutMs })` interrupts the call.
   * @throws `PERSIST_OVERLOADED` if as many calls wait as `maxWaitingCalls` of `open()` lets in.
   * @throws `PERSIST_CLOSED`, `PERSIST_WORKER_LOST`, `PERSIST_DISK_FULL`, `PERSIST_OUT_OF_MEMORY`,
   * `PERSIST_DATABASE_INVALID`, `PERSIST_READ_ONLY`. In all of these cases nothing of the call is written; after
   * `PERSIST_WORKER_LOST` while it was being committed, all of it may be.
   *
   * @example
   * ```ts
   * const receipt = await events.persist(rows, { onRowError: 'skip' })
   * for (const { index, message } of receipt.rejections) console.warn(index, message)
   * ```
   */
  persist(rows: Rows<Row>, options?: PersistOptions<Resolved>): Promise<Receipt>
  persist(rows: Rows<unknown>, options: PersistOptions = noPersistOptions): Promise<Receipt> {
    return this.#writing.persist(rows, options)
  }

  /** With `parse: true` any value may be a string. */
  createWriteStream(
    options: WriteStreamOptions<Resolved> & { readonly onConflict: 'update'; readonly parse: true },
  ): WriteStream<Partial<TextRow<Row>>>
  /** With `parse: true` any value may be a string. */
  createWriteStream(
    options: WriteStreamOptions<Resolved> & { readonly parse: true },
  ): WriteStream<TextRow<Row>>
  /** With `onConflict: 'update'` a row may carry some columns only: one that is there keeps the values of the others. */
  createWriteStream(
    options: WriteStreamOptions<Resolved> & { readonly onConflict: 'update' },
  ): WriteStream<Partial<Row>>
  /**
   * Makes a Node `Writable` of rows, which commits them step by step: when `commitRows` wait, or `commitMs` after the first
   * of them; or once, at its end, with `atomic`. `'finish'` is emitted when everything is committed.
   *
   * A commit is a `persist()` of some rows: it is all or nothing, and has its place among other calls from when it begins.
   * Commits are made in the order of the rows. What a `persist()` would reject with destroys the stream; `committed` of the
   * stream, and of a `PersistenceError`, says how many of the first rows are committed. Nothing of the others is.
   *
   * What was written is committed before the service closes, and when the process ends by itself, by `process.exit()` or by
   * an uncaught error; what is written after that fails with `PERSIST_CLOSED`. Rows that cannot be written at an exit are
   * reported on stderr, whatever `onRowError` says. An `atomic` stream is a call whose rows are still coming: `close()`
   * waits for its end, and of one that has not ended nothing is written.
   *
   * @throws TypeError or RangeError for options that are wrong, and TypeError where its commits would have to wait for the code
   * that makes it: the callback of a `transaction()`, or the source of a `persist()` that comes before them.
   *
   * @example
   * ```ts
   * await pipeline(request, parser, events.createWriteStream())
   * ```
   */
  createWriteStream(options?: WriteStreamOptions<Resolved>): WriteStream<Row>
  createWriteStream(options: WriteStreamOptions = {}): WriteStream<never> {
    return this.#writing.createWriteStream(options)
  }
}

// biome-ignore lint/correctness/noUnusedVariables: TypeScript asks for the same parameters as of the class.
export interface Table<Row = AnyRow, Read = unknown, Resolved extends OnConflict = OnConflict>
  extends RowTypes<Row, Read> {}
