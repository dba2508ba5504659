import type { QueryRow } from '../../protocol/query-value.js'
import type { ExecuteRequest } from '../../protocol/requests.js'
import type { Call } from '../scheduling/call.js'
import { presentCall } from '../scheduling/call-queue.js'
import type { Cancellation } from '../scheduling/cancellation.js'
import type { CheckpointScheduler } from '../scheduling/checkpoint-scheduler.js'
import type { WriteScheduler } from '../scheduling/write-scheduler.js'
import type { WorkerClient } from '../worker-thread/worker-client.js'
import type { WorkerSupervisor } from '../worker-thread/worker-supervisor.js'
import { executeStatement, nextCursor, type RunReport } from './execute-statement.js'

/** What a call runs. */
export type Statement = Pick<ExecuteRequest, 'sql' | 'parameters' | 'reading'>

/** Runs SQL in the worker: reads at any time, and what may change the database when its turn comes. */
export class QueryRunner {
  readonly #supervisor: WorkerSupervisor
  readonly #scheduler: WriteScheduler
  readonly #checkpoints: CheckpointScheduler

  constructor(supervisor: WorkerSupervisor, scheduler: WriteScheduler, checkpoints: CheckpointScheduler) {
    this.#supervisor = supervisor
    this.#scheduler = scheduler
    this.#checkpoints = checkpoints
  }

  async query(statement: Statement, cancellation: Cancellation): Promise<QueryRow[]> {
    // It has to be known now: what comes after an await may be of nobody's.
    const outer = presentCall()
    const read = await this.#supervisor.use((client) =>
      executeStatement(client, { ...statement, mayWrite: false }, cancellation),
    )
    if (read !== undefined) return read.rows
    return (await this.run(statement, cancellation, 'query() of a statement that may write', outer)).rows
  }

  async run(
    statement: Statement,
    cancellation: Cancellation,
    what = 'run()',
    outer?: Call,
  ): Promise<RunReport & { readonly rows: QueryRow[] }> {
    const executed = await this.#scheduler.change(
      cancellation,
      what,
      () =>
        this.#supervisor.use((client) =>
          executeStatement(client, { ...statement, mayWrite: true }, cancellation),
        ),
      outer,
    )
    if (executed === undefined) return { rows: [], rowsChanged: 0 }
    this.#checkpoints.record(executed.walBytes)
    return executed
  }

  /** The pages of a read, each when it is asked for. */
  async *pages(statement: Statement, cancellation: Cancellation): AsyncGenerator<readonly QueryRow[]> {
    const cursor = nextCursor()
    let client: WorkerClient | undefined
    let isDone = false
    try {
      const reply = await this.#supervisor.use((connected) => {
        client = connected
        return cancellation.guard(connected.request('execute', { ...statement, cursor, mayWrite: false }))
      })
      if (!reply.executed) throw new TypeError('Expected a statement that only reads')
      let { page } = reply
      for (;;) {
        yield page.rows
        if (page.isLast) break
        page = await this.#supervisor.use(() =>
          cancellation.guard((client as WorkerClient).request('fetch', { cursor })),
        )
      }
      isDone = true
    } finally {
      if (!isDone) await client?.request('cancel', { cursor }).catch(() => undefined)
    }
  }
}
