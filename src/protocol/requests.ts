import type { EncodedBatch } from './batch-layout.js'
import type { ColumnDescriptor } from './column-type.js'
import type { Failure } from './failure.js'

/** What the worker is asked, and what it answers. The keys are the names of piscina's handlers. */
interface Requests {
  /** Opens the database file. The first request to every worker. */
  open: { request: OpenRequest; reply: OpenReply }
  /** Creates the table if it is missing and a definition is given, and tells its columns. */
  describe: { request: DescribeRequest; reply: TableDescription }
  /** Starts a transaction on a connection of its own, with an appender on one table. */
  begin: { request: BeginRequest; reply: void }
  /** Appends the rows of a batch. The reply carries the batch's buffer back. */
  write: { request: WriteRequest; reply: WriteReply }
  commit: { request: TransactionRequest; reply: void }
  rollback: { request: TransactionRequest; reply: void }
  /** Executes statements; the reply has the first page of the last one's result. */
  execute: { request: ExecuteRequest; reply: ExecuteReply }
  /** The next page of a result. */
  fetch: { request: CursorRequest; reply: ResultPage }
  /** Interrupts a running `execute`, or gives up the rest of its result. */
  cancel: { request: CursorRequest; reply: void }
  checkpoint: { request: undefined; reply: void }
  /** Closes the database and releases its file. The last request to every worker. */
  close: { request: undefined; reply: void }
}

export type RequestName = keyof Requests
export type RequestOf<Name extends RequestName> = Requests[Name]['request']
export type ReplyOf<Name extends RequestName> = Requests[Name]['reply']

/** What a handler returns: a failure crosses the threads as data. */
export type Outcome<Reply> =
  | { readonly ok: true; readonly reply: Reply }
  | { readonly ok: false; readonly failure: Failure }

interface OpenRequest {
  /** Absolute path of the database file, or `:memory:`. */
  readonly path: string
  /** DuckDB settings, applied when the database is opened. */
  readonly config: Readonly<Record<string, string>>
  /** Shared memory with the words of `control-block.ts`. */
  readonly control: SharedArrayBuffer
}

interface OpenReply {
  /** DuckDB's version, such as `v1.5.6`. */
  readonly duckdbVersion: string
}

export interface TableDefinition {
  readonly columns: readonly ColumnDescriptor[]
  /** Columns of the PRIMARY KEY; none when empty. */
  readonly primaryKey: readonly string[]
}

export interface DescribeRequest {
  readonly table: string
  readonly definition?: TableDefinition
}

export interface TableDescription {
  /** The columns that rows are written to, in the table's order; generated columns are not among them. */
  readonly columns: readonly ColumnDescriptor[]
  /** Columns of the table's PRIMARY KEY; none when empty. */
  readonly primaryKey: readonly string[]
}

export interface BeginRequest {
  readonly transaction: number
  readonly table: string
  readonly columns: readonly ColumnDescriptor[]
}

interface TransactionRequest {
  readonly transaction: number
}

interface WriteRequest {
  readonly transaction: number
  readonly batch: EncodedBatch
}

interface WriteReply {
  readonly buffer: ArrayBuffer
}

/** What a statement's parameter can be. */
export type QueryParameter = null | boolean | number | bigint | string | Date | Uint8Array

export interface ExecuteRequest {
  readonly cursor: number
  readonly sql: string
  readonly parameters?: readonly QueryParameter[] | Readonly<Record<string, QueryParameter>>
  /** False refuses, before it runs, any statement that may change the database. */
  readonly mayWrite: boolean
}

export type ExecuteReply =
  | { readonly executed: true; readonly rowsChanged: number; readonly page: ResultPage }
  /** A statement may change the database, and `mayWrite` was false; nothing was executed. */
  | { readonly executed: false }

interface CursorRequest {
  readonly cursor: number
}

/** What a value read from the database can be. README has the table of conversions. */
export type QueryValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | Date
  | Uint8Array
  | readonly QueryValue[]
  | { readonly [key: string]: QueryValue }

export type QueryRow = Record<string, QueryValue>

export interface ResultPage {
  readonly rows: readonly QueryRow[]
  /** True when this page is the last one, and the cursor is gone. */
  readonly isLast: boolean
}
