import type { Stats } from './contract/stats.js'
import type { Queries } from './read/queries.js'
import type { Operations } from './scheduling/operations.js'
import type { Tables } from './tables.js'
import type { GroupCommit } from './write/group-commit.js'
import type { WriteContext } from './write/persist-call.js'

interface Parts {
  readonly operations: Operations
  readonly context: WriteContext
  readonly groups: GroupCommit
  readonly tables: Tables
  readonly queries: Queries
}

/** What main knows of a service without asking anybody. */
export function collectStats({ operations, context, groups, tables, queries }: Parts): Stats {
  const { supervisor, scheduler, flow, pool, commits, durations, checkpoints } = context
  const { committed } = tables
  const { fileBytes, memoryBytes } = supervisor.sizes
  return Object.freeze({
    status: operations.status,
    duckdbVersion: supervisor.duckdbVersion,
    workers: supervisor.workers,
    waiting: scheduler.waiting + groups.waiting,
    waitingRows: groups.waitingRows,
    persisting: tables.persisting,
    querying: queries.running,
    inFlightBytes: flow.bytes,
    peakInFlightBytes: flow.peakBytes,
    freeBufferBytes: pool.freeBytes,
    commits: commits.count,
    callsPerCommit: commits.count === 0 ? 0 : committed.persisted / commits.count,
    ...committed,
    walBytes: checkpoints.walBytes,
    fileBytes,
    memoryBytes,
    durations: durations.summarize(),
  })
}
