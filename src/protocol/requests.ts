import type { EncodedBatch } from './batch-layout.js'
import type { ColumnDescriptor, UnwritableColumn } from './column-type.js'
import type { CopiedParameter } from './copied-parameter.js'
import type { Failure } from './failure.js'
import type { InstanceNews, SettingChanges, Settings } from './instance-news.js'
import type { Reading } from './query-value.js'
import type { ResultBatch, ResultColumn } from './result-batch.js'
import type { SchemaRef, TableRef } from './sql.js'
import type { RemoteCatalog, Startup } from './startup.js'
import type { ViolationPage } from './violation.js'

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

export interface TableDefinition {
  readonly columns: readonly ColumnDescriptor[]
  /** Columns of the PRIMARY KEY; none when empty. */
  readonly primaryKey: readonly string[]
}

interface DescribeRequest {
  readonly table: TableRef
  readonly definition?: TableDefinition
}

export interface TableDescription {
  /** The columns that rows are written to, in the table's order; generated columns are not among them. */
  readonly columns: readonly ColumnDescriptor[]
  /** Columns of types whose values cannot be written: rows do not carry them. */
  readonly unwritable: readonly UnwritableColumn[]
  /** Columns of the table's PRIMARY KEY; none when empty. */
  readonly primaryKey: readonly string[]
  /** Columns of each UNIQUE constraint or index that is on columns alone. */
  readonly uniqueKeys: readonly (readonly string[])[]
  /**
   * True where DuckDB itself may refuse a row: a CHECK, a FOREIGN KEY, a PRIMARY KEY, a UNIQUE constraint or index; and
   * where rows do not have all that the table has, because a column is unwritable. Absent
   * where that is not known yet, for it takes a look at the constraints of all tables: `constrain` finds out.
   */
  readonly isConstrained?: boolean
}

export interface TableConstraints {
  readonly isConstrained: boolean
  /** The tables that are linked with it by a FOREIGN KEY, in either direction. */
  readonly linked: readonly TableRef[]
}

/** Rows that are written when the process exits, in a transaction of their own, once all others are rolled back. */
export interface FinalWrite extends WriterRequest {
  readonly batches: readonly EncodedBatch[]
  /** Nothing is written where the rows were committed there. */
  readonly written?: WrittenCall
}

/** Where the rows of a call were written, whether or not main has heard of it. */
export interface WrittenCall {
  readonly transaction: number
  /** Of a group on a checked table, whose worker may have left the call out. */
  readonly place?: { readonly writer: number; readonly call: number }
}

export interface CloseRequest {
  readonly finalWrites: readonly FinalWrite[]
  /** What the calls that are under way fail with; absent where none is. */
  readonly failure?: Failure
}

/** What becomes of a row whose key is taken. */
export type OnConflict = 'error' | 'ignore' | 'update'

export interface BeginRequest extends TransactionRequest {
  /** What the transaction writes to, in the order in which it is applied; each is called by its index. */
  readonly writers: readonly WriterRequest[]
  /** What the values of rejected rows are read as. */
  readonly reading: Reading
  /** Rows wait in staging tables, and the transaction begins with the first `apply`: it sees what was committed by then. */
  readonly startsLate?: boolean
}

/** A writer whose rows come after everything else in its transaction. */
export interface AddWriterRequest extends WriterReference, WriterRequest {}

/** A table that a transaction writes to. */
export interface WriterRequest {
  readonly table: TableRef
  readonly columns: readonly ColumnDescriptor[]
  /** Columns of the key that `onConflict` is about; none when empty. */
  readonly key: readonly string[]
  readonly onConflict: OnConflict
  /** Whether `apply` will be asked: the table has a key or constraints, or that is not known. */
  readonly isChecked: boolean
  /** Of a group, where the table is checked: its calls in their order, without gaps between their rows. */
  readonly calls?: readonly GroupedRange[]
}

/** The rows of one call, among those that were written to a table. */
export interface CallRange {
  /** The ordinal of its first row: how many rows were written before it. */
  readonly firstRow: number
  readonly rows: number
  /** Leaves the table alone where a row is rejected: the transaction will be rolled back. */
  readonly isAllOrNothing: boolean
}

interface GroupRequest extends TransactionRequest {
  readonly writers: readonly GroupWriter[]
  /** What the values of rejected rows are read as. */
  readonly reading: Reading
}

/** What a group writes to one table. */
export interface GroupWriter extends WriterRequest {
  readonly batches: readonly EncodedBatch[]
}

/** A call of a group on a table that is checked. */
export interface GroupedRange extends CallRange {
  readonly onConflict: OnConflict
  /** Its rows are decided about, and not written: a row that comes after them cannot be. */
  readonly isGivenUp: boolean
}

interface GroupReply extends CommitReply {
  /** Of all batches. */
  readonly buffers: readonly ArrayBuffer[]
  /** Of each writer, for as many of its calls as were decided about: the rows of the others are not written. */
  readonly outcomes: readonly (readonly GroupedOutcome[])[]
  readonly isCommitted: boolean
}

/** What becomes of the rows of a call of a group. */
export interface GroupedOutcome extends CallOutcome {
  /** None of its rows is written. Where it is false of one that must not be, the transaction is to be rolled back. */
  readonly isWithdrawn: boolean
}

interface ApplyRequest extends WriterReference {
  /** Calls in their order, each as if it were applied alone after those before it. */
  readonly calls: readonly CallRange[]
}

/** What becomes of the rows of a call once it is committed. */
export interface CallOutcome {
  readonly inserted: number
  readonly updated: number
  readonly ignored: number
  readonly rejected: number
}

interface TransactionRequest {
  readonly transaction: number
}

interface WriterReference extends TransactionRequest {
  /** Index into the writers of the transaction; of a writer that is added, a number that none before it has. */
  readonly writer: number
}

interface WriteRequest extends WriterReference {
  readonly batch: EncodedBatch
}

interface WriteReply {
  readonly buffer: ArrayBuffer
}

export interface CommitReply {
  /** Bytes of the write-ahead log: of what is committed and not in the database file yet. */
  readonly walBytes: number
  /** Milliseconds of COMMIT, and of what it waits for; 0 where nothing is committed. */
  readonly commitMs: number
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
