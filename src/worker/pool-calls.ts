import { FifoLock } from '../sync/fifo-lock.js'
import { WorkerFailure } from './failure.js'
import type { Shutdown } from './shutdown.js'

/**
 * Calls that DuckDB's bindings run on the process's libuv pool, whose few threads Node's own I/O needs too: short ones one
 * at a time, and those that may be long, such as commits, past their queue.
 */
export class PoolCalls {
  readonly #shutdown: Shutdown
  readonly #short = new FifoLock()
  /** What computes the rows of streams, and may take long: for all of them there is one thread of the pool. */
  readonly #fetches = new FifoLock()
  readonly #inFlight = new Set<Promise<unknown>>()
  #isDraining = false

  constructor(shutdown: Shutdown) {
    this.#shutdown = shutdown
  }

  /** Whether no call is under way, and one would be made at once. */
  get isIdle(): boolean {
    return this.#inFlight.size === 0 && !this.#isDraining
  }

  /** A short call, after those asked for before it. */
  run<Result>(call: () => Promise<Result>): Promise<Result> {
    return this.#runIn(this.#short, call)
  }

  /** A call that computes rows of a stream, after those asked for before it. */
  fetch<Result>(call: () => Promise<Result>): Promise<Result> {
    return this.#runIn(this.#fetches, call)
  }

  /** A short call that has to be made although the process is exiting. */
  runToTheEnd<Result>(call: () => Promise<Result>): Promise<Result> {
    return this.#short.run(() => this.track(call()))
  }

  /**
   * Runs JavaScript that may need much memory while no call is under way: a thread that ends for its heap's limit aborts
   * the process where such a call completes meanwhile.
   */
  compute<Result>(work: () => Result): Promise<Result> {
    return this.#short.run(async () => {
      while (this.#inFlight.size > 0) await Promise.allSettled(this.#inFlight)
      this.#shutdown.checkStop()
      return work()
    })
  }

  /** A call that is under way already, past the queue. */
  track<Result>(call: Promise<Result>): Promise<Result> {
    this.#inFlight.add(call)
    const forget = () => this.#inFlight.delete(call)
    call.then(forget, forget)
    return call
  }

  /**
   * Refuses calls from now on, and resolves when none is under way: to disconnect a connection that one is on would end the
   * process.
   */
  async drain(): Promise<void> {
    this.#isDraining = true
    do {
      await this.#short.drain()
      await Promise.allSettled(this.#inFlight)
    } while (this.#inFlight.size > 0)
  }

  /** Takes calls again, after `drain()`. */
  resume(): void {
    this.#isDraining = false
  }

  #runIn<Result>(lock: FifoLock, call: () => Promise<Result>): Promise<Result> {
    return lock.run(() => {
      this.#shutdown.checkStop()
      if (this.#isDraining) throw closing()
      return this.track(call())
    })
  }
}

function closing(): WorkerFailure {
  return new WorkerFailure({ code: 'PERSIST_CLOSED', message: 'The database is being closed' })
}
