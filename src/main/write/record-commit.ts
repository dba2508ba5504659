import type { PersistenceErrorCode } from '../../protocol/failure.js'
import type { CommitReply } from '../../protocol/write-requests.js'
import { PersistenceError } from '../contract/persistence-error.js'
import type { ServiceDurations } from '../diagnostics/service-durations.js'
import type { CheckpointScheduler } from '../scheduling/checkpoint-scheduler.js'

/** What is known of the transactions with rows of a service. */
export interface Commits {
  /** How many were committed. */
  count: number
  /** What the last one has failed with; undefined where it was committed. */
  failure: PersistenceError | undefined
}

interface Context {
  readonly commits: Commits
  readonly durations: ServiceDurations
  readonly checkpoints: CheckpointScheduler
}

/** What is no fault of the rows, or of the caller. */
const failures: ReadonlySet<PersistenceErrorCode> = new Set([
  'PERSIST_WRITE_FAILED',
  'PERSIST_DISK_FULL',
  'PERSIST_OUT_OF_MEMORY',
  'PERSIST_DATABASE_INVALID',
])

/** Takes note of a transaction that is committed. */
export function recordCommit({ commits, durations, checkpoints }: Context, reply: CommitReply): void {
  commits.count++
  commits.failure = undefined
  durations.commit.record(reply.commitMs)
  checkpoints.record(reply.walBytes)
}

/** Takes note of one that has failed. */
export function recordFailure({ commits }: Context, error: unknown): void {
  if (error instanceof PersistenceError && failures.has(error.code)) commits.failure = error
}
