import { PersistenceError } from '../contract/persistence-error.js'

/**
 * Where something is that is opened and closed once:
 *
 * `new` → `opening` → `open` → `closing` → `closed`; from `opening` back to `new`, and from `closing` back to where it
 * was, where that fails.
 */
export type LifecycleStatus = 'new' | 'opening' | 'open' | 'closing' | 'closed'

/** The one state machine of services and stores: what is let in, and that closing is done once. */
export class Lifecycle<Status extends LifecycleStatus = LifecycleStatus> {
  readonly #what: string
  #status: Status
  #ending: Promise<void> | undefined

  /** @param what - For messages: `service`. */
  constructor(what: string, status: Status) {
    this.#what = what
    this.#status = status
  }

  get status(): Status {
    return this.#status
  }

  set status(status: Status) {
    this.#status = status
  }

  /** @throws `PERSIST_CLOSED` once it closes. */
  check(): void {
    if (this.#status !== 'closing' && this.#status !== 'closed') return
    throw new PersistenceError('PERSIST_CLOSED', `The ${this.#what} is ${this.#status}`)
  }

  /** What `end` comes to, where it was called and has not failed. */
  get ending(): Promise<void> | undefined {
    return this.#ending
  }

  /**
   * Runs `task`, which closes it, once: who asks again gets the same promise. Where it fails before the status is
   * `closed`, `end` can be called again.
   *
   * @param failed - Called when `task` has failed; it sets the status to what it was.
   */
  end(task: () => Promise<void>, failed: () => void): Promise<void> {
    this.#ending ??= task().catch((error) => {
      if (this.#status !== 'closed') this.#ending = undefined
      failed()
      throw error
    })
    return this.#ending
  }

  /** Has `end` run its task when it is called again, or, where nothing is left to do, resolve. */
  forgetEnding(): void {
    this.#ending = this.#status === 'closed' ? Promise.resolve() : undefined
  }
}
