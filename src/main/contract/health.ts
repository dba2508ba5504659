import { checkNumber, ownOptions } from './check-option.js'

export interface HealthOptions {
  /**
   * How long, in milliseconds, `health()` waits for the worker and the file system. Shorter than the timeout of a
   * Kubernetes probe, which is 1 s by default.
   *
   * Minimum: 0.
   *
   * @defaultValue 500
   */
  readonly timeoutMs?: number | undefined
  /**
   * A disk with fewer bytes free is `disk-low`.
   *
   * Minimum: 0.
   *
   * @defaultValue 268,435,456 (256 MiB)
   */
  readonly minFreeDiskBytes?: number | undefined
  /**
   * A longer write-ahead log is `wal-long`. It is read again at an opening after a crash, at about 100 MB a second.
   *
   * Minimum: 0.
   *
   * @defaultValue four times what it is moved into the file from: 268,435,456 (256 MiB), or four times the
   * `checkpoint_threshold` of `config`
   */
  readonly maxWalBytes?: number | undefined
  /**
   * A call that has waited longer, in milliseconds, for its turn or its commit is `call-waiting`.
   *
   * Minimum: 0.
   *
   * @defaultValue 10,000
   */
  readonly maxWaitingMs?: number | undefined
}

/** `'degraded'`: it works, and somebody should look. `'failed'`: calls fail, or do not return. */
export type HealthStatus = 'ok' | 'degraded' | 'failed'

/**
 * Why a service is not `'ok'`. Codes are stable.
 *
 * - `'closing'`, `'closed'`: failed. `close()` was called.
 * - `'worker-lost'`: the worker has ended without being asked to. Degraded: it is being started again; failed in memory,
 *   until a call has been told that the data is gone.
 * - `'worker-starting'`: degraded. A worker is being started, or is opening the database.
 * - `'worker-unresponsive'`: failed. The worker has not answered in time: it does not return from DuckDB.
 * - `'open-failed'`: failed. The database cannot be opened again; `error` says why. The next call tries it again.
 * - `'database-invalid'`: failed. DuckDB has invalidated the database; the next call opens it again.
 * - `'file-replaced'`: failed. The file was removed, or another was put in its place.
 * - `'disk-full'`: failed. Less than 16 MiB is free where the file is.
 * - `'disk-low'`: degraded. Less than `minFreeDiskBytes` is.
 * - `'wal-long'`: degraded. The write-ahead log is longer than `maxWalBytes`: something keeps it from being moved.
 * - `'call-waiting'`: degraded. A call waits for longer than `maxWaitingMs`.
 * - `'commit-failed'`: degraded. The last commit of rows has failed, for no fault of the rows; `error` says why.
 */
export type HealthReasonCode =
  | 'closing'
  | 'closed'
  | 'worker-lost'
  | 'worker-starting'
  | 'worker-unresponsive'
  | 'open-failed'
  | 'database-invalid'
  | 'file-replaced'
  | 'disk-full'
  | 'disk-low'
  | 'wal-long'
  | 'call-waiting'
  | 'commit-failed'

export interface HealthReason {
  readonly code: HealthReasonCode
  readonly status: 'degraded' | 'failed'
  /** For people; it may change. */
  readonly message: string
  /** What a call has failed with, or would. */
  readonly error?: unknown
}

/** What `health()` resolves to. Figures that were not to be had in time, or that a database in memory has not, are absent. */
export interface HealthReport {
  /** The worst of the reasons; `'ok'` without any. */
  readonly status: HealthStatus
  readonly reasons: readonly HealthReason[]
  /** Milliseconds until the worker has answered. */
  readonly answerMs?: number
  /** Bytes of memory that DuckDB has in use, by `duckdb_memory()`. `memoryLimit` of `open()` bounds it. */
  readonly memoryBytes?: number
  /** Bytes that DuckDB has spilled into temporary files. */
  readonly spilledBytes?: number
  readonly fileBytes?: number
  /** Bytes of the write-ahead log. */
  readonly walBytes?: number
  /** Bytes that this process may still write to the disk of the file. */
  readonly freeDiskBytes?: number
  /** Bytes of buffers: on their way to the worker, or kept for reuse. */
  readonly bufferBytes: number
  /** For how many milliseconds the call has waited that waits the longest for its turn or its commit; 0 where none does. */
  readonly longestWaitMs: number
}

export interface ResolvedHealthOptions {
  readonly timeoutMs: number
  readonly minFreeDiskBytes: number
  /** Four times the threshold where it is not given. */
  readonly maxWalBytes: number | undefined
  readonly maxWaitingMs: number
}

const names = ['timeoutMs', 'minFreeDiskBytes', 'maxWalBytes', 'maxWaitingMs'] as const

export function resolveHealthOptions(given: HealthOptions): ResolvedHealthOptions {
  const options = ownOptions('the options of health()', given, names)
  for (const name of names) checkNumber(name, options[name], 0, false)
  const {
    timeoutMs = 500,
    minFreeDiskBytes = 256 * 1024 * 1024,
    maxWalBytes,
    maxWaitingMs = 10_000,
  } = options
  return Object.freeze({ timeoutMs, minFreeDiskBytes, maxWalBytes, maxWaitingMs })
}
