import type { ResultShape } from '../../protocol/query-value.js'
import type { ExecuteRequest } from '../../protocol/requests.js'
import type { RunReport } from '../contract/run-report.js'
import type { Draft, QueryTrace } from '../contract/traces.js'
import type { Call } from '../scheduling/call.js'
import { presentCall } from '../scheduling/call-queue.js'
import type { Cancellation } from '../scheduling/cancellation.js'
import type { CheckpointScheduler } from '../scheduling/checkpoint-scheduler.js'
import { now } from '../scheduling/real-timers.js'
import type { WriteScheduler } from '../scheduling/write-scheduler.js'
import type { WorkerSupervisor } from '../worker-thread/worker-supervisor.js'
import {
  type Collected,
  collectResult,
  type Executed,
  executeStatement,
  type ReadResult,
} from './execute-statement.js'
import type { ResultReader } from './result-reader.js'
import { RowList, type RowReader } from './row-reader.js'

/** What a call runs. */
export interface Statement extends Pick<ExecuteRequest, 'sql' | 'parameters' | 'reading'> {
  /** What the result is made into; rows as objects where nothing is said. */
  readonly shape?: ResultShape
  /** Where somebody listens: what becomes of it is added. */
  readonly trace?: Draft<QueryTrace> | undefined
}

/** Runs SQL in the worker: reads at any time, and what may change the database when its turn comes. */
export class QueryRunner {
  readonly #supervisor: WorkerSupervisor
  readonly #scheduler: WriteScheduler
  readonly #checkpoints: CheckpointScheduler
  readonly #sliceBudgetMs: number

  /** @param sliceBudgetMs - How long, in milliseconds, decoding rows may hold the event loop. */
  constructor(
    supervisor: WorkerSupervisor,
    scheduler: WriteScheduler,
    checkpoints: CheckpointScheduler,
    sliceBudgetMs: number,
  ) {
    this.#sliceBudgetMs = sliceBudgetMs
    this.#supervisor = supervisor
    this.#scheduler = scheduler
    this.#checkpoints = checkpoints
  }

  async query(statement: Statement, cancellation: Cancellation): Promise<Collected> {
    // It has to be known now: what comes after an await may be of nobody's.
    const outer = presentCall()
    const executed = await this.#read(statement, cancellation, (reader) =>
      collectResult(reader, cancellation, this.#sliceBudgetMs),
    )
    if (executed !== undefined) return executed.read
    return (await this.run(statement, cancellation, 'query() of a statement that may write', outer)).result
  }

  async run(
    statement: Statement,
    cancellation: Cancellation,
    what = 'run()',
    outer?: Call,
  ): Promise<RunReport & { readonly result: Collected }> {
    const startedAt = now()
    const execute = () => {
      const { trace } = statement
      if (trace !== undefined) trace.waitingMs = now() - startedAt
      return this.#execute(statement, cancellation)
    }
    const executed = await this.#scheduler.change(cancellation, what, execute, outer)
    if (executed === undefined) return { result: [], rowsChanged: 0 }
    this.#checkpoints.record(executed.walBytes)
    return { result: executed.read, rowsChanged: executed.rowsChanged }
  }

  /**
   * Has rows read as they come; those of a statement that may write when all of them are there, for others wait for it.
   *
   * @param read - Takes rows until it wants no more.
   */
  async stream(
    statement: Statement,
    cancellation: Cancellation,
    read: (reader: RowReader) => Promise<void>,
  ): Promise<void> {
    const outer = presentCall()
    const executed = await this.#read({ ...statement, isStreamed: true }, cancellation, read)
    if (executed !== undefined) return
    const what = 'stream() of a statement that may write'
    const { result } = await this.run(statement, cancellation, what, outer)
    await read(new RowList(Array.isArray(result) ? result : []))
  }

  #execute(statement: Statement, cancellation: Cancellation): Promise<Executed<Collected> | undefined> {
    const request = { ...statement, mayWrite: true }
    const sliceBudgetMs = this.#sliceBudgetMs
    const collect = (reader: ResultReader) => collectResult(reader, cancellation, sliceBudgetMs)
    return this.#supervisor.use((client) =>
      executeStatement(client, request, cancellation, sliceBudgetMs, collect),
    )
  }

  #read<Read>(
    statement: Statement & Pick<ExecuteRequest, 'isStreamed'>,
    cancellation: Cancellation,
    readResult: ReadResult<Read>,
  ): Promise<{ readonly read: Read } | undefined> {
    return this.#supervisor.use((client) =>
      executeStatement(
        client,
        { ...statement, mayWrite: false },
        cancellation,
        this.#sliceBudgetMs,
        readResult,
      ),
    )
  }
}
