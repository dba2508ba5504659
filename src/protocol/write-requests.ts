import type { EncodedBatch } from './batch-layout.js'
import type { ColumnDescriptor } from './column-type.js'
import type { Reading } from './query-value.js'
import type { TableRef } from './sql.js'

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

export interface GroupRequest extends TransactionRequest {
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

export interface GroupReply extends CommitReply {
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

export interface ApplyRequest extends WriterReference {
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

export interface TransactionRequest {
  readonly transaction: number
}

export interface WriterReference extends TransactionRequest {
  /** Index into the writers of the transaction; of a writer that is added, a number that none before it has. */
  readonly writer: number
}

export interface WriteRequest extends WriterReference {
  readonly batch: EncodedBatch
}

export interface WriteReply {
  readonly buffer: ArrayBuffer
}

export interface CommitReply {
  /** Bytes of the write-ahead log: of what is committed and not in the database file yet. */
  readonly walBytes: number
  /** Milliseconds of COMMIT, and of what it waits for; 0 where nothing is committed. */
  readonly commitMs: number
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
