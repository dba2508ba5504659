import type { DuckDBConnection } from '@duckdb/node-api'
import { FifoLock } from '../sync/fifo-lock.js'

/**
 * Has statements wait for each other where a server keeps one result for each connection to it: the next statement by the
 * same connection ends the result that is still being read, and so does a cache that is cleared, of all connections.
 *
 * A turn is that of one statement, until all its rows are here. Who has one waits for nothing that is longer.
 */
export class ServerTurns {
  readonly #reads = new FifoLock()
  readonly #writes = new FifoLock()
  readonly #writesApart: boolean
  #isNeeded = false

  /** @param writesApart - Whether rows are written by a connection of their own. */
  constructor(writesApart: boolean) {
    this.#writesApart = writesApart
  }

  /** Whether there is such a server. */
  get isNeeded(): boolean {
    return this.#isNeeded
  }

  /** Takes note of what is attached. */
  async look(connection: DuckDBConnection): Promise<void> {
    const found = await connection.run(
      `SELECT 1 FROM system.main.duckdb_databases() WHERE type COLLATE "binary" = 'quack'`,
    )
    this.#isNeeded ||= (await found.getRows()).length > 0
  }

  /** @param givenUp - Has the task begin out of its turn, so that it can fail at once. */
  read<Result>(task: () => Promise<Result>, givenUp?: Promise<unknown>): Promise<Result> {
    return this.#take([this.#reads], task, givenUp)
  }

  /** A statement of a transaction that writes. */
  write<Result>(task: () => Promise<Result>, givenUp?: Promise<unknown>): Promise<Result> {
    return this.#writesApart ? this.#take([this.#writes], task, givenUp) : this.read(task, givenUp)
  }

  /** What goes by either connection, or clears the cache. */
  all<Result>(task: () => Promise<Result>, givenUp?: Promise<unknown>): Promise<Result> {
    return this.#take([this.#reads, this.#writes], task, givenUp)
  }

  async #take<Result>(
    locks: readonly FifoLock[],
    task: () => Promise<Result>,
    givenUp: Promise<unknown> = new Promise(() => undefined),
  ): Promise<Result> {
    if (!this.#isNeeded) return task()
    const tickets = []
    try {
      // In the same order always.
      for (const lock of locks) {
        const ticket = lock.enter()
        tickets.push(ticket)
        await Promise.race([ticket.granted, givenUp])
      }
      return await task()
    } finally {
      for (const ticket of tickets) ticket.leave()
    }
  }
}
