import type { Durations } from './durations.js'

/** Where a service stands. */
export type ServiceStatus = 'open' | 'closing' | 'closed'

/** A snapshot of what a service is doing and has done. */
export interface Stats {
  readonly status: ServiceStatus
  /** DuckDB's version, such as `v1.5.6`. */
  readonly duckdbVersion: string
  /** Worker threads started so far; every one after the first follows one that was lost. */
  readonly workers: number
  /** Calls of `persist()`, `transaction()`, `run()`, `table()` and `checkpoint()` that wait for their turn. */
  readonly waiting: number
  /** Rows of the calls of `persist()` among them that wait for a commit to share. */
  readonly waitingRows: number
  /** Calls of `persist()` that have not settled, those that wait and those of transactions included. */
  readonly persisting: number
  /** Calls of `query()` and `run()` that have not settled, those of transactions included. */
  readonly querying: number
  /** Bytes handed to the worker and not written yet. */
  readonly inFlightBytes: number
  /** The most that `inFlightBytes` has been. */
  readonly peakInFlightBytes: number
  /** Bytes of the buffers that are kept for reuse. */
  readonly freeBufferBytes: number
  /** Calls of `persist()` that were committed. */
  readonly persisted: number
  /** Transactions that were committed, but for those of SQL alone by `run()`: calls that wait at the same time share one. */
  readonly commits: number
  /** How many calls have shared a commit on average: `persisted / commits`; 0 before the first. */
  readonly callsPerCommit: number
  /** Rows that were committed. */
  readonly rows: number
  /** Rows that were rejected in calls that were committed. */
  readonly rejected: number
  /** Bytes handed to the worker in calls that were committed. */
  readonly bytes: number
  /** Bytes of the write-ahead log after the last commit, `run()` or checkpoint; 0 before the first, and in memory. */
  readonly walBytes: number
  /**
   * Bytes of the database file after the last commit, `run()`, `query()` or checkpoint, or as it was opened. 0 in memory, and
   * of a catalog of another engine.
   */
  readonly fileBytes: number
  /**
   * Bytes of memory that DuckDB has in use in this process, by `duckdb_memory()`; `memoryLimit` of `open()` bounds it. As it was
   * opened, or after one of the last calls: it is measured with a commit, `run()`, `query()` or checkpoint, which takes 0.4 ms, at
   * most once a second, and once in ten seconds while other calls are under way. `health()` measures it whenever it is called.
   */
  readonly memoryBytes: number
  /** How long what calls do has taken. Computing it takes most of the time of `stats()`: 0.05 ms. */
  readonly durations: Durations
}

export interface CloseOptions {
  /**
   * How long, in milliseconds, `close()` waits for what is running before it interrupts it and rolls it back.
   * A commit under way is never interrupted.
   *
   * Minimum: 0.
   *
   * @defaultValue no limit
   */
  readonly timeoutMs?: number | undefined
}

export interface CloseReport {
  /** Calls that were interrupted, and rejected with `PERSIST_ABORTED`; nothing of them is written. */
  readonly interrupted: number
}
