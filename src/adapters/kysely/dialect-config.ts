import type { PersistenceService } from '../../main/index.js'

/** What `DuckpaddleDialect` is made with. */
export interface DuckpaddleDialectConfig {
  /**
   * The service that queries are run on. `destroy()` leaves one that was given open, for it may have other users; one that
   * a function makes belongs to Kysely: it is made at the first query, and closed by `destroy()`.
   */
  readonly service: PersistenceService | (() => Promise<PersistenceService>)
  /**
   * A transaction that is neither committed nor rolled back after so many milliseconds, its waiting for a turn included, is
   * rolled back with `PERSIST_ABORTED`: all other writes wait for it.
   *
   * Minimum: 0.
   *
   * @defaultValue no limit
   */
  readonly transactionTimeoutMs?: number | undefined
}
