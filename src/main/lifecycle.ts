import { PersistenceError } from './errors/persistence-error.js'
import { Cancellation } from './persist/cancellation.js'
import type { CloseOptions, CloseReport, ServiceStatus } from './stats.js'

/** Lets calls in while the service is open, and closes it once they have settled. */
export class Lifecycle {
  readonly #running = new Map<Promise<unknown>, Cancellation>()
  readonly #closeDatabase: () => Promise<void>
  #status: ServiceStatus = 'open'
  #closed: Promise<void> | undefined
  #interrupted = 0

  /** @param closeDatabase - Called once, when nothing is running any more. */
  constructor(closeDatabase: () => Promise<void>) {
    this.#closeDatabase = closeDatabase
  }

  get status(): ServiceStatus {
    return this.#status
  }

  /** @throws `PERSIST_CLOSED`, as a rejection, unless the service is open. */
  async run<Result>(task: (cancellation: Cancellation) => Promise<Result>): Promise<Result> {
    if (this.#status !== 'open') {
      throw new PersistenceError('PERSIST_CLOSED', `The service is ${this.#status}`)
    }
    const cancellation = new Cancellation()
    const result = task(cancellation)
    this.#running.set(result, cancellation)
    try {
      return await result
    } finally {
      this.#running.delete(result)
    }
  }

  /** Like the `close()` of the service. A later call may set a limit that the first one did not. */
  async close({ timeoutMs }: CloseOptions): Promise<CloseReport> {
    if (this.#status === 'open') this.#status = 'closing'
    this.#closed ??= this.#close()
    const timer = timeoutMs === undefined ? undefined : setTimeout(() => this.#interrupt(), timeoutMs)
    try {
      await this.#closed
    } finally {
      clearTimeout(timer)
    }
    return { interrupted: this.#interrupted }
  }

  async #close(): Promise<void> {
    try {
      await Promise.allSettled(this.#running.keys())
      await this.#closeDatabase()
    } finally {
      this.#status = 'closed'
    }
  }

  #interrupt(): void {
    for (const [call, cancellation] of this.#running) {
      const error = new PersistenceError('PERSIST_ABORTED', 'Interrupted by close({ timeoutMs })')
      cancellation.cancel(error)
      // A commit that is under way is not interrupted: that call succeeds.
      call.catch((reason) => {
        if (reason === error) this.#interrupted++
      })
    }
  }
}
