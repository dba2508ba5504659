import type { ReplyOf } from '../../protocol/requests.js'
import { PersistenceError } from '../contract/persistence-error.js'
import type { Operations } from '../scheduling/operations.js'
import { now } from '../scheduling/real-timers.js'
import type { WorkerSupervisor } from '../worker-thread/worker-supervisor.js'
import { within } from './within.js'

/** What came of asking the worker. */
export interface WorkerAnswer {
  /** Whether the last worker had ended without being asked to when it was asked. */
  readonly wasLost: boolean
  /** Whether one is being started, or opens the database. */
  readonly isStarting: boolean
  readonly reply?: ReplyOf<'health'>
  /** Milliseconds until the reply. */
  readonly answerMs?: number
  /** Why there is none; absent, too, where it has not come in time. */
  readonly error?: unknown
}

/** Asks the worker how it is, and starts one where the last was lost. */
export class WorkerInquiry {
  readonly #supervisor: WorkerSupervisor
  readonly #operations: Operations
  /** Shared by all who ask meanwhile: a worker that does not answer is asked once. */
  #asking: Promise<ReplyOf<'health'>> | undefined

  constructor(supervisor: WorkerSupervisor, operations: Operations) {
    this.#supervisor = supervisor
    this.#operations = operations
  }

  /** Never rejects. */
  async ask(timeoutMs: number): Promise<WorkerAnswer> {
    const startedAt = now()
    const wasLost = this.#supervisor.isLost
    const state = () => ({ wasLost, isStarting: this.#supervisor.isStarting })
    try {
      const reply = await within(timeoutMs, this.#ask())
      return reply === undefined ? state() : { ...state(), reply, answerMs: now() - startedAt }
    } catch (error) {
      const isLost = error instanceof PersistenceError && error.code === 'PERSIST_WORKER_LOST'
      return { ...state(), wasLost: wasLost || isLost, error }
    }
  }

  #ask(): Promise<ReplyOf<'health'>> {
    if (this.#asking !== undefined) return this.#asking
    // As a call: one that has to open the database must not do so once the service is closed.
    const asking = this.#operations.run(() => this.#supervisor.askHealth())
    this.#asking = asking
    const end = () => {
      this.#asking = undefined
    }
    asking.then(end, end)
    return asking
  }
}
