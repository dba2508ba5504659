import type { CopiedParameter } from './copied-parameter.js'
import type { Failure } from './failure.js'
import type { InstanceNews, SettingChanges, Settings } from './instance-news.js'
import type { Reading } from './query-value.js'
import type { ResultBatch, ResultColumn } from './result-batch.js'
import type { SchemaRef, TableRef } from './sql.js'
import type { RemoteCatalog, Startup } from './startup.js'
import type { DescribeRequest, TableConstraints, TableDescription } from './table-description.js'
import type { ViolationPage } from './violation.js'
import type {
  AddWriterRequest,
  ApplyRequest,
  BeginRequest,
  CallOutcome,
  CommitReply,
  FinalWrite,
  GroupReply,
  GroupRequest,
  TransactionRequest,
  WriteReply,
  WriteRequest,
  WriterReference,
} from './write-requests.js'

/** What the worker is asked, and what it answers. */
interface Requests {
  /** Opens the database file. The first request to every worker. */
  open: { request: OpenRequest; reply: OpenReply }
  /** Creates the table if it is missing and a definition is given, and describes its columns. */
  describe: { request: DescribeRequest; reply: TableDescription }
  /** Looks for what may refuse rows of a table, among the constraints of all tables. */
  constrain: { request: { readonly table: TableRef }; reply: TableConstraints }
  /**
   * What `begin`, `write`, `apply` and `commit` do, by one request, for what several calls write. Not committed where a
   * row is rejected: the caller has to decide first. Where it fails, the transaction is still to be rolled back.
   */
  group: { request: GroupRequest; reply: GroupReply }
  /** Starts a transaction on a connection of its own, with a writer for each table. */
  begin: { request: BeginRequest; reply: void }
  /**
   * Gives a transaction that has begun one more writer, whatever was done in it before. What came before is applied: the
   * transaction forgets its other writers.
   */
  addWriter: { request: AddWriterRequest; reply: void }
  /** Appends the rows of a batch. The reply carries the batch's buffer back. */
  write: { request: WriteRequest; reply: WriteReply }
  /**
   * Decides about every row that was written to a checked table, and leaves the table as it is to be committed. There are
   * no outcomes after that of the first call which is not to be committed.
   */
  apply: { request: ApplyRequest; reply: readonly CallOutcome[] }
  /** The next page of the rows that `apply` refused. */
  violations: { request: WriterReference; reply: ViolationPage }
  commit: { request: TransactionRequest; reply: CommitReply }
  rollback: { request: TransactionRequest; reply: void }
  /** Executes statements; the reply has the first batch of the last one's result. */
  execute: { request: ExecuteRequest; reply: ExecuteReply }
  /** The next batch of a result. */
  fetch: { request: CursorRequest; reply: ResultBatch }
  /** Interrupts a running `execute`, or gives up the rest of its result. */
  cancel: { request: CursorRequest; reply: void }
  /** Moves the write-ahead log into the file, unless a transaction is in the way. */
  checkpoint: { request: undefined; reply: CheckpointReply }
  /** How the database is. Answered though statements run and rows are written. */
  health: { request: undefined; reply: HealthReply }
  /** Closes the database and releases its file. The last request to every worker. */
  close: { request: CloseRequest; reply: void }
}

export type RequestName = keyof Requests
export type RequestOf<Name extends RequestName> = Requests[Name]['request']
export type ReplyOf<Name extends RequestName> = Requests[Name]['reply']

/** A request as it crosses to the worker. */
export type Call = {
  [Name in RequestName]: { readonly name: Name; readonly request: RequestOf<Name> }
}[RequestName]

/** What a request comes to: a failure crosses the threads as data. */
export type Result<Reply> =
  | { readonly ok: true; readonly reply: Reply }
  /**
   * The reply as bytes of the structured clone algorithm, for one that is nested deeply: a message that runs out of
   * stack when it is received never arrives, and nothing says so; to read bytes fails where the reply is waited for.
   */
  | { readonly ok: true; readonly packed: Uint8Array }
  | { readonly ok: false; readonly failure: Failure }

/** What the worker answers. */
export type Outcome<Reply> = InstanceNews & Result<Reply>

export interface OpenRequest {
  /** Absolute path of the database file, or `:memory:`. */
  readonly path: string
  /** DuckDB settings, applied when the database is opened. */
  readonly config: Settings
  /** What SQL had set before the last worker was lost; applied after `config`. */
  readonly settingChanges: SettingChanges
  /** Whether SQL is kept to the database itself. */
  readonly sandbox: boolean
  /** What comes before anything else. */
  readonly startup: Startup
  /** A catalog of another engine, which is attached to a database in memory, and in which tables are then. */
  readonly remote?: RemoteCatalog
}

interface OpenReply {
  /** DuckDB's version, such as `v1.5.6`. */
  readonly duckdbVersion: string
  /** Where tables are unless another schema is asked for. */
  readonly place: SchemaRef
}

export interface CloseRequest {
  readonly finalWrites: readonly FinalWrite[]
  /** What the calls that are under way fail with; absent where none is. */
  readonly failure?: Failure
}

export interface HealthReply {
  /** Absent where it could not be measured in time. */
  readonly memory?: { readonly memoryBytes: number; readonly spilledBytes: number }
  /** DuckDB's own limit, from which on it moves the write-ahead log. */
  readonly walThresholdBytes?: number
  /** False where the file was removed, or another was put in its place. */
  readonly isSameFile: boolean
}

interface CheckpointReply {
  readonly isDone: boolean
  /** Bytes of the write-ahead log after it. */
  readonly walBytes: number
}

export interface ExecuteRequest {
  readonly cursor: number
  /** The transaction that the statements are part of; absent where they have a connection of their own. */
  readonly transaction?: number
  readonly sql: string
  readonly parameters?: readonly CopiedParameter[] | Readonly<Record<string, CopiedParameter>>
  /** False refuses, before it runs, any statement that may change the database. */
  readonly mayWrite: boolean
  readonly reading: Reading
  /** Has a read compute its rows as they are fetched, where else all of them are there before the first is sent. */
  readonly isStreamed?: boolean
  /** Whether the result is read by column. */
  readonly isByColumn?: boolean
}

export type ExecuteReply =
  | {
      readonly executed: true
      readonly rowsChanged: number
      readonly columns: readonly ResultColumn[]
      readonly batch: ResultBatch
      /** Bytes of the write-ahead log, after statements that may have written. */
      readonly walBytes: number
    }
  /** A statement may change the database, and `mayWrite` was false; nothing was executed. */
  | { readonly executed: false }

interface CursorRequest {
  readonly cursor: number
}
