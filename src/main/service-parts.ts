import { tableIn } from '../protocol/sql.js'
import { Checkpoints } from './checkpoints.js'
import type { ResolvedOpenOptions } from './contract/open-options.js'
import { ServiceDurations } from './diagnostics/service-durations.js'
import { BufferPool } from './encode/buffer-pool.js'
import { HealthCheck } from './health/health-check.js'
import { Queries } from './read/queries.js'
import { QueryRunner } from './read/query-runner.js'
import { Dependents } from './scheduling/dependents.js'
import { FlowControl } from './scheduling/flow-control.js'
import { Operations } from './scheduling/operations.js'
import { WriteScheduler } from './scheduling/write-scheduler.js'
import type { ServiceInternals } from './service-internals.js'
import { Tables } from './tables.js'
import { Transactions } from './transactions.js'
import type { WorkerSupervisor } from './worker-thread/worker-supervisor.js'
import { GroupCommit } from './write/group-commit.js'
import { createLoads } from './write/loads.js'
import type { WriteContext } from './write/persist-call.js'

const batchBytes = 1024 * 1024

/** What a service is made of. */
export interface ServiceParts {
  readonly scheduler: WriteScheduler
  readonly checkpoints: Checkpoints
  readonly operations: Operations
  /** What everything that writes shares. */
  readonly context: WriteContext
  readonly groups: GroupCommit
  readonly tables: Tables
  readonly queries: Queries
  readonly transactions: Transactions
  readonly health: HealthCheck
  readonly internals: ServiceInternals
}

/**
 * Makes the parts of a service on a worker that has the database open.
 *
 * @param database - As it was given to `open()`.
 * @param releaseFile - Called once the worker has closed the database.
 */
export function createServiceParts(
  database: string,
  supervisor: WorkerSupervisor,
  options: ResolvedOpenOptions,
  releaseFile: () => void,
): ServiceParts {
  const { sliceBudgetMs, maxInFlightBytes, maxWaitingCalls, reading } = options
  const scheduler = new WriteScheduler()
  const dependents = new Dependents()
  const checkpoints = new Checkpoints({
    ...{ database, supervisor, scheduler, isScheduled: !options.isWalLeft },
    operations: () => operations,
  })
  const operations = new Operations({
    saveLast: () => dependents.close(),
    close() {
      checkpoints.scheduler.stop()
      return supervisor.close().finally(releaseFile)
    },
    abandon: () => supervisor.abandon(),
  })
  const durations = new ServiceDurations()
  const pool = new BufferPool(Math.min(batchBytes, maxInFlightBytes))
  const flow = new FlowControl(maxInFlightBytes)
  const context: WriteContext = {
    ...{ database, supervisor, scheduler, checkpoints: checkpoints.scheduler, pool, flow, sliceBudgetMs },
    ...{ reading, maxWaitingCalls, durations, commits: { count: 0, failure: undefined } },
    loads: createLoads(),
  }
  const groups = new GroupCommit(context)
  const tables = new Tables(context, groups, operations, dependents)
  const runner = new QueryRunner(supervisor, scheduler, checkpoints.scheduler, sliceBudgetMs)
  const queries = new Queries(runner, operations, database, durations)
  const transactions = new Transactions(context, tables, queries, operations)
  const health = new HealthCheck({ options, context, groups, operations })
  const internals: ServiceInternals = {
    path: supervisor.path,
    isRemote: supervisor.isRemote,
    tableRef: (name) => tableIn(supervisor.tables, name),
    config: options.config,
    sliceBudgetMs,
    dependents,
    query: <Row extends object>(sql: string) => queries.query<Row>(sql),
    run: (sql) => queries.run(sql, undefined, true),
    table: (name) => tables.open(name, {}, true),
    readRows: (sql, take) => queries.readRows(sql, take),
    writeAtExit: (table, takeRows) => tables.writeAtExit(table, takeRows),
    refuseSelfWait: (what) => scheduler.queue.check(what),
  }
  return {
    ...{ scheduler, checkpoints, operations, context, groups },
    ...{ tables, queries, transactions, health, internals },
  }
}
