import { PersistenceError } from './contract/persistence-error.js'
import type { CheckpointTrace, Draft } from './contract/traces.js'
import { channels } from './diagnostics/channels.js'
import { trace, traceOutside } from './diagnostics/trace.js'
import type { Call } from './scheduling/call.js'
import { presentCall } from './scheduling/call-queue.js'
import type { Cancellation } from './scheduling/cancellation.js'
import { CheckpointScheduler } from './scheduling/checkpoint-scheduler.js'
import type { Operations } from './scheduling/operations.js'
import { now } from './scheduling/real-timers.js'
import type { WriteScheduler } from './scheduling/write-scheduler.js'
import { commits, everything, type WriteScope } from './scheduling/write-scope.js'
import type { WorkerSupervisor } from './worker-thread/worker-supervisor.js'

interface Parts {
  readonly database: string
  readonly supervisor: WorkerSupervisor
  readonly scheduler: WriteScheduler
  /** Absent until the service is made. */
  readonly operations: () => Operations
  /** Whether the write-ahead log is moved when it has become long. */
  readonly isScheduled: boolean
}

/** Moves the write-ahead log into the database file. */
export class Checkpoints {
  readonly scheduler: CheckpointScheduler
  readonly #parts: Parts

  constructor(parts: Parts) {
    this.#parts = parts
    this.scheduler = new CheckpointScheduler(parts.scheduler, parts.isScheduled, () => this.#runDue())
  }

  /** Like `checkpoint()` of the service. */
  async run(): Promise<void> {
    if (!channels.checkpoint.hasSubscribers) return this.#run()
    const context = this.#contextOf('called')
    return trace(channels.checkpoint, context, () => this.#run(context))
  }

  async #run(context?: Draft<CheckpointTrace>): Promise<void> {
    // It has to be known now: what comes after an await may be of nobody's.
    const outer = presentCall()
    // As one call: a service that is closing waits for it, and lets no other one in.
    const isDone = await this.#parts
      .operations()
      .run(
        async (cancellation) =>
          (await this.#acquire(cancellation, commits, context)) ||
          (await this.#acquire(cancellation, everything, context, outer)),
      )
    if (isDone) return
    const message = 'The checkpoint failed: DuckDB says that another transaction is in the way'
    throw new PersistenceError('PERSIST_WRITE_FAILED', message)
  }

  #runDue(): Promise<boolean> {
    const run = (context?: Draft<CheckpointTrace>) =>
      this.#parts.operations().run((cancellation) => this.#acquire(cancellation, commits, context))
    if (!channels.checkpoint.hasSubscribers) return run()
    const context = this.#contextOf('wal')
    return traceOutside(channels.checkpoint, context, () => run(context))
  }

  #contextOf(reason: CheckpointTrace['reason']): Draft<CheckpointTrace> {
    return { database: this.#parts.database, reason }
  }

  /** Resolves to false where a transaction is in the way. */
  #acquire(
    cancellation: Cancellation,
    scope: WriteScope,
    context: Draft<CheckpointTrace> | undefined,
    outer?: Call,
  ): Promise<boolean> {
    const { supervisor, scheduler } = this.#parts
    const startedAt = now()
    const checkpoint = async () => {
      const waitingMs = (context?.waitingMs ?? 0) + now() - startedAt
      if (context !== undefined) context.waitingMs = waitingMs
      const reply = await supervisor.use((client) => client.request('checkpoint', undefined))
      if (context !== undefined) Object.assign(context, reply)
      this.scheduler.recordCheckpoint(reply.walBytes)
      return reply.isDone
    }
    return scheduler.acquire(cancellation, 'checkpoint()', scope, checkpoint, outer)
  }
}
