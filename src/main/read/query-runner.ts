import type { QueryRow } from '../../protocol/query-value.js'
import type { ExecuteRequest } from '../../protocol/requests.js'
import type { Call } from '../scheduling/call.js'
import { presentCall } from '../scheduling/call-queue.js'
import type { Cancellation } from '../scheduling/cancellation.js'
import type { CheckpointScheduler } from '../scheduling/checkpoint-scheduler.js'
import type { WriteScheduler } from '../scheduling/write-scheduler.js'
import type { WorkerClient } from '../worker-thread/worker-client.js'
import type { WorkerSupervisor } from '../worker-thread/worker-supervisor.js'

/** What `run()` resolves to. */
export interface RunReport {
  /** Rows that the last statement inserted, updated or deleted. */
  readonly rowsChanged: number
}

interface Executed extends RunReport {
  readonly rows: QueryRow[]
  readonly walBytes: number
}

/** What a call runs. */
export type Statement = Pick<ExecuteRequest, 'sql' | 'parameters' | 'reading'>

let cursors = 0

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
    const read = await this.#supervisor.use((client) => this.#execute(client, statement, false, cancellation))
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
      () => this.#supervisor.use((client) => this.#execute(client, statement, true, cancellation)),
      outer,
    )
    if (executed === undefined) return { rows: [], rowsChanged: 0 }
    this.#checkpoints.record(executed.walBytes)
    return executed
  }

  /** The pages of a read, each when it is asked for. */
  async *pages(statement: Statement, cancellation: Cancellation): AsyncGenerator<readonly QueryRow[]> {
    const cursor = ++cursors
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

  async #execute(
    client: WorkerClient,
    statement: Statement,
    mayWrite: boolean,
    cancellation: Cancellation,
  ): Promise<Executed | undefined> {
    const cursor = ++cursors
    try {
      const reply = await cancellation.guard(client.request('execute', { ...statement, cursor, mayWrite }))
      if (!reply.executed) return undefined
      const rows = [...reply.page.rows]
      let { isLast } = reply.page
      while (!isLast) {
        const page = await cancellation.guard(client.request('fetch', { cursor }))
        for (const row of page.rows) rows.push(row)
        isLast = page.isLast
      }
      return { rows, rowsChanged: reply.rowsChanged, walBytes: reply.walBytes }
    } catch (error) {
      // Until the worker has stopped, the database cannot be closed, nor the next call have its turn. A result of
      // which a page could not be received is given up.
      await client.request('cancel', { cursor }).catch(() => undefined)
      throw error
    }
  }
}
