import { PersistenceError } from '../contract/persistence-error.js'
import type { CloseOptions, CloseReport, ServiceStatus } from '../contract/stats.js'
import { Cancellation } from './cancellation.js'
import { Lifecycle } from './lifecycle.js'
import { clearTimeout, startTimer } from './real-timers.js'

/** How long, in milliseconds, what `close({ timeoutMs })` has interrupted may take to end. */
const graceMs = 2000

interface RunningCall {
  readonly cancellation: Cancellation
  /** Settles what the caller waits for, though the call itself goes on. */
  readonly abandon: (error: unknown) => void
  /** Part of what is saved before the service closes, and not interrupted. */
  readonly savesLast: boolean
  /** Ends when its caller wants it to, and so is interrupted by `close()` once all others have ended. */
  readonly isOpenEnded: boolean
}

/** What closes a database once nothing is running any more. */
export interface Closer {
  /**
   * Saves what is to be saved before no call is let in any more. Where it rejects, the service stays open, and `close()`
   * can be called again.
   */
  saveLast(): Promise<void>
  /** Called once. */
  close(): Promise<void>
  /** Gives up waiting, because DuckDB does not return: the database is closed when it does. */
  abandon(): void
}

/** Lets calls in while the service is open, and closes it once they have settled. */
export class Operations {
  readonly #running = new Map<Promise<unknown>, RunningCall>()
  readonly #closer: Closer
  #isSavingLast = false
  readonly #lifecycle = new Lifecycle<ServiceStatus>('service', 'open')
  #abandoned: PersistenceError | undefined
  #abandonClose: ((error: PersistenceError) => void)[] = []
  #interrupted = 0

  constructor(closer: Closer) {
    this.#closer = closer
  }

  get status(): ServiceStatus {
    return this.#lifecycle.status
  }

  /**
   * @param savesLast - Whether `task` is part of what is saved before the service closes. It is let in until that is
   * over, and is not interrupted, for its end is in sight.
   * @param isOpenEnded - Whether it may be its caller who does not come to an end: `close()` interrupts it with
   * `PERSIST_CLOSED` when all others have ended, which may need it.
   * @throws `PERSIST_CLOSED`, as a rejection, unless the service is open.
   */
  run<Result>(
    task: (cancellation: Cancellation) => Promise<Result>,
    savesLast = false,
    isOpenEnded = false,
  ): Promise<Result> {
    return new Promise<Result>((resolve, reject) => {
      if (!(savesLast && this.#isSavingLast)) this.#lifecycle.check()
      const cancellation = new Cancellation()
      const result = task(cancellation)
      this.#running.set(result, { cancellation, abandon: reject, savesLast, isOpenEnded })
      result.then(
        (value) => {
          this.#running.delete(result)
          resolve(value)
        },
        (error) => {
          this.#running.delete(result)
          reject(error)
        },
      )
    })
  }

  /** Like the `close()` of the service. A later call may set a limit that the first one did not. */
  async close({ timeoutMs }: CloseOptions): Promise<CloseReport> {
    if (this.status === 'open') this.#lifecycle.status = 'closing'
    const closed = this.#lifecycle.end(
      () => this.#close(),
      () => {
        if (this.status !== 'closed') this.#lifecycle.status = 'open'
      },
    )
    const timers: NodeJS.Timeout[] = []
    if (timeoutMs !== undefined) {
      timers.push(startTimer(() => this.#interrupt(), timeoutMs))
      timers.push(startTimer(() => this.#abandon(timeoutMs), timeoutMs + graceMs))
    }
    try {
      await this.#closedOrAbandoned(closed)
    } finally {
      for (const timer of timers) clearTimeout(timer)
    }
    return { interrupted: this.#interrupted }
  }

  #closedOrAbandoned(closed: Promise<void>): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.#abandoned !== undefined) reject(this.#abandoned)
      this.#abandonClose.push(reject)
      closed.then(resolve, reject)
    })
  }

  async #close(): Promise<void> {
    try {
      this.#isSavingLast = true
      await this.#closer.saveLast()
    } finally {
      this.#isSavingLast = false
    }
    try {
      await this.#drain()
      await this.#closer.close()
    } finally {
      this.#lifecycle.status = 'closed'
    }
  }

  async #drain(): Promise<void> {
    const calls = [...this.#running]
    await Promise.allSettled(calls.flatMap(([call, { isOpenEnded }]) => (isOpenEnded ? [] : [call])))
    for (const [, { cancellation, isOpenEnded }] of calls) {
      if (isOpenEnded) cancellation.cancel(new PersistenceError('PERSIST_CLOSED', 'The service was closed'))
    }
    await Promise.allSettled(this.#running.keys())
  }

  #interrupt(): void {
    for (const [call, { cancellation, savesLast }] of this.#running) {
      if (savesLast) continue
      const error = new PersistenceError('PERSIST_ABORTED', 'Interrupted by close({ timeoutMs })')
      cancellation.cancel(error)
      // A commit that is under way is not interrupted: that call succeeds.
      call.catch((reason) => {
        if (reason === error) this.#interrupted++
      })
    }
  }

  /** Settles everything that waits for DuckDB, which may return much later, or never. */
  #abandon(timeoutMs: number): void {
    if (this.#abandoned !== undefined || this.status === 'closed') return
    const message = `close({ timeoutMs: ${timeoutMs} }) gave up: DuckDB does not return from a call that cannot be interrupted, and has the file until it does`
    const error = new PersistenceError('PERSIST_WORKER_LOST', message)
    this.#abandoned = error
    this.#lifecycle.status = 'closed'
    for (const { abandon } of this.#running.values()) abandon(error)
    for (const abandonClose of this.#abandonClose) abandonClose(error)
    this.#closer.abandon()
  }
}
