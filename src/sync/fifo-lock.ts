import { Deferred } from './deferred.js'

/** A place in the queue for a lock. */
export interface LockTicket {
  /** Resolves when all who came before have left. */
  readonly granted: Promise<void>
  /** Gives the lock back, or the place in the queue where it was not granted yet. */
  leave(): void
}

/** A lock that is granted in the order in which it was asked for. */
export class FifoLock {
  #last: Promise<void> = Promise.resolve()

  enter(): LockTicket {
    const granted = this.#last
    const left = new Deferred<void>()
    // Those who come later wait for all before, also where this one gives up its place.
    this.#last = granted.then(() => left.promise)
    return { granted, leave: () => left.resolve() }
  }

  /** Runs `task` with the lock. What it fails with is its caller's: the next task runs all the same. */
  run<Result>(task: () => Result | Promise<Result>): Promise<Result> {
    const result = this.#last.then(task)
    // Nothing is kept of a result: one of DuckDB that is referred to keeps the database open.
    this.#last = result.then(ignore, ignore)
    return result
  }

  /** Resolves when everything that has asked so far has ended. */
  async drain(): Promise<void> {
    await this.#last
  }
}

function ignore(): void {}
