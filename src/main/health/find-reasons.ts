import type { HealthReason, HealthReport, ResolvedHealthOptions } from '../contract/health.js'
import { PersistenceError } from '../contract/persistence-error.js'
import type { ServiceStatus } from '../contract/stats.js'
import type { WorkerAnswer } from './worker-answer.js'

/** Less is not enough for a commit and the checkpoint after it. */
const fullDiskBytes = 16 * 1024 * 1024

/** How many times the length from which it is moved into the file the write-ahead log may have. */
const walFactor = 4

/** What is known of a service. */
export interface Findings {
  readonly status: ServiceStatus
  readonly isInMemory: boolean
  readonly isReadOnly: boolean
  /** Absent where it was not asked. */
  readonly worker?: WorkerAnswer
  readonly figures: Omit<HealthReport, 'status' | 'reasons'>
  /** From which on the service moves the write-ahead log; absent where DuckDB does. */
  readonly walThresholdBytes?: number
  /** What the last commit has failed with. */
  readonly commitFailure: PersistenceError | undefined
}

/** The worst first. */
export function findReasons(findings: Findings, limits: ResolvedHealthOptions): readonly HealthReason[] {
  const reasons = [
    ...statusReasons(findings),
    ...workerReasons(findings, limits),
    ...diskReasons(findings, limits),
    ...callReasons(findings, limits),
  ]
  const isFailed = ({ status }: HealthReason) => status === 'failed'
  return [...reasons.filter(isFailed), ...reasons.filter((reason) => !isFailed(reason))]
}

function* statusReasons({ status }: Findings): Generator<HealthReason> {
  if (status !== 'open') yield { code: status, status: 'failed', message: `The service is ${status}` }
}

function* workerReasons(findings: Findings, { timeoutMs }: ResolvedHealthOptions): Generator<HealthReason> {
  const { worker, isInMemory } = findings
  if (worker === undefined) return
  const { wasLost, isStarting, reply, error } = worker
  if (wasLost) {
    const isDataLost = isInMemory && reply === undefined
    const consequence = isDataLost ? 'what the database in memory held is gone' : 'it is started again'
    const message = `The worker thread has ended: ${consequence}`
    yield { code: 'worker-lost', status: isDataLost ? 'failed' : 'degraded', message }
  }
  if (reply?.isSameFile === false) {
    const message =
      'The database file was removed or replaced while it was open: what is written is not in it'
    yield { code: 'file-replaced', status: 'failed', message }
  }
  if (error !== undefined) yield* failureReasons(error)
  else if (reply === undefined && isStarting) {
    yield { code: 'worker-starting', status: 'degraded', message: 'The worker opens the database' }
  } else if (reply === undefined) {
    const message = `The worker has not answered in ${timeoutMs} ms`
    yield { code: 'worker-unresponsive', status: 'failed', message }
  }
}

function* failureReasons(error: unknown): Generator<HealthReason> {
  const code = error instanceof PersistenceError ? error.code : undefined
  // Known from the loss, and from the status.
  if (code === 'PERSIST_WORKER_LOST' || code === 'PERSIST_CLOSED') return
  if (code === 'PERSIST_DATABASE_INVALID') {
    const message = 'DuckDB has invalidated the database: the next call opens it again'
    yield { code: 'database-invalid', status: 'failed', message, error }
  } else {
    yield { code: 'open-failed', status: 'failed', message: 'The database cannot be opened again', error }
  }
}

function* diskReasons(findings: Findings, limits: ResolvedHealthOptions): Generator<HealthReason> {
  const { figures, isReadOnly, worker, walThresholdBytes = worker?.reply?.walThresholdBytes } = findings
  if (isReadOnly) return
  const { freeDiskBytes = Number.POSITIVE_INFINITY, walBytes = 0 } = figures
  const free = `${freeDiskBytes} bytes are free where the database is`
  if (freeDiskBytes < fullDiskBytes) yield { code: 'disk-full', status: 'failed', message: `Only ${free}` }
  else if (freeDiskBytes < limits.minFreeDiskBytes) {
    yield { code: 'disk-low', status: 'degraded', message: `Only ${free}` }
  }
  const walLimit = limits.maxWalBytes ?? walFactor * (walThresholdBytes ?? Number.POSITIVE_INFINITY)
  if (walBytes > walLimit) {
    const message = `The write-ahead log has ${walBytes} bytes, more than ${walLimit}`
    yield { code: 'wal-long', status: 'degraded', message }
  }
}

function* callReasons(findings: Findings, { maxWaitingMs }: ResolvedHealthOptions): Generator<HealthReason> {
  const { figures, commitFailure } = findings
  if (figures.longestWaitMs > maxWaitingMs) {
    const message = `A call has waited for ${Math.round(figures.longestWaitMs)} ms`
    yield { code: 'call-waiting', status: 'degraded', message }
  }
  if (commitFailure !== undefined) {
    const message = `The last commit has failed: ${commitFailure.message}`
    yield { code: 'commit-failed', status: 'degraded', message, error: commitFailure }
  }
}
