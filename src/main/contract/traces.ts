/** What every context of the `duckpaddle:` channels has. */
export interface Trace {
  /** The database as it was given to `open()`. */
  readonly database: string
  /** Milliseconds from `start` on; absent until it has ended. */
  readonly totalMs?: number
  /** What it has failed with. */
  readonly error?: unknown
}

/** A table as traces name it. */
export interface TracedTable {
  readonly schema: string
  readonly name: string
}

/** The context of `duckpaddle:open`: one call of `open()`. */
export interface OpenTrace extends Trace {
  /** DuckDB's version, such as `v1.5.6`. */
  readonly duckdbVersion?: string
}

/**
 * The context of `duckpaddle:persist`: one call of `persist()`, of a table or of a transaction, or one commit of a write
 * stream. What is not known yet, or never will be because the call has failed, is absent.
 */
export interface PersistTrace extends Trace {
  readonly table: TracedTable
  /** The `id` of the `transaction()` that it is part of. */
  readonly transaction?: number
  /** The `id` of the commit that has its rows, or of the last that was to have them; see `CommitTrace`. */
  readonly commit?: number
  /** Calls that share the commit, this one included. */
  readonly calls?: number
  /** Tables that the commit is to. */
  readonly tables?: number
  /** Rows that were taken from the source. */
  readonly rows?: number
  readonly inserted?: number
  readonly updated?: number
  readonly ignored?: number
  readonly rejected?: number
  /** Bytes of the rows as they are encoded. */
  readonly bytes?: number
  /** Milliseconds until its rows began to be encoded, by itself or with those of its group. */
  readonly waitingMs?: number
  /** Milliseconds for which encoding its rows has held the main thread. */
  readonly encodingMs?: number
  /** Milliseconds from its last row on until COMMIT: the rest is written, and the worker decides about the rows. */
  readonly writingMs?: number
  /** Milliseconds of COMMIT itself. Absent of a call that is part of a `transaction()`. */
  readonly commitMs?: number
}

/**
 * The context of `duckpaddle:commit`: one transaction with rows, from its last row on.
 *
 * A commit that several callers share is nobody's: it has no parent, and its `start` runs outside of the asynchronous
 * context of every caller. Their `persist` contexts refer to it by `commit`.
 */
export interface CommitTrace extends Trace {
  /** No other commit of the process has it. */
  readonly id: number
  /** Of calls that share it, of one call with many rows, or of a `transaction()`. */
  readonly kind: 'group' | 'call' | 'transaction'
  readonly calls: number
  readonly tables: readonly TracedTable[]
  /** Rows that were encoded. */
  readonly rows: number
  readonly bytes: number
  /** Milliseconds, before it, for which encoding these rows has held the main thread. Absent of a `transaction()`. */
  readonly encodingMs?: number
  /** Milliseconds in which rows were written. Those of a `group` are written within it, all others before. */
  readonly writingMs?: number
  /** Milliseconds of COMMIT itself, in the worker. */
  readonly commitMs?: number
  /** Bytes of the write-ahead log after it. */
  readonly walBytes?: number
  /** False where a call of it has turned out to fail, and the others are written again by another commit. */
  readonly isCommitted?: boolean
}

/** The context of `duckpaddle:query`: one `query()`, `run()` or `stream()`, of the service or of a transaction. */
export interface QueryTrace extends Trace {
  readonly kind: 'query' | 'run' | 'stream'
  /** The text of the caller, whole. Its parameters are never published. */
  readonly sql: string
  /** The `id` of the `transaction()` that it is part of. */
  readonly transaction?: number
  /** Rows that were read. */
  readonly rows?: number
  /** Bytes of the rows as they cross from the worker. */
  readonly bytes?: number
  /** Rows that a statement has inserted, updated or deleted. */
  readonly rowsChanged?: number
  /** Milliseconds that a statement which may write has waited for its turn. Absent of reads, which do not wait. */
  readonly waitingMs?: number
}

/** The context of `duckpaddle:transaction`: one call of `transaction()`. */
export interface TransactionTrace extends Trace {
  /** Absent until it has its turn. The traces of its calls have it as `transaction`, that of its commit as `id`. */
  readonly id?: number
  /** Calls that were made of it so far. */
  readonly calls: number
  /** Milliseconds until its turn. */
  readonly waitingMs?: number
}

/** The context of `duckpaddle:checkpoint`. */
export interface CheckpointTrace extends Trace {
  /** Whether it was asked for by `checkpoint()`, or the write-ahead log has become long. */
  readonly reason: 'called' | 'wal'
  /** Milliseconds until its turn. */
  readonly waitingMs?: number
  /** Bytes of the write-ahead log after it. */
  readonly walBytes?: number
  /** False where a transaction was in the way. */
  readonly isDone?: boolean
}

/** The context of `duckpaddle:worker`. */
export interface WorkerTrace extends Trace {
  /**
   * - `'start'`: a worker thread is started; it ends when the worker has the database open, or cannot open it.
   * - `'loss'`: it has ended without being asked to. There is no asynchronous part, and always an `error`.
   */
  readonly event: 'start' | 'loss'
  /** The first one of a service is 1; every one after it follows one that was lost, or whose database was unusable. */
  readonly number: number
}

/**
 * The contexts of the tracing channels, by their names.
 *
 * @example
 * ```ts
 * const name = 'duckpaddle:persist'
 * tracingChannel<unknown, TraceContexts[typeof name]>(name).subscribe(handlers)
 * ```
 * @see https://nodejs.org/api/diagnostics_channel.html#class-tracingchannel
 */
export interface TraceContexts {
  readonly 'duckpaddle:open': OpenTrace
  readonly 'duckpaddle:persist': PersistTrace
  readonly 'duckpaddle:commit': CommitTrace
  readonly 'duckpaddle:query': QueryTrace
  readonly 'duckpaddle:transaction': TransactionTrace
  readonly 'duckpaddle:checkpoint': CheckpointTrace
  readonly 'duckpaddle:worker': WorkerTrace
}

/** A context while it is being filled: what subscribers get is the same object. */
export type Draft<Context extends Trace> = { -readonly [Name in keyof Context]: Context[Name] }
