import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api'
import type { Database } from '../database.js'

/** As what a Date is bound where its place has no type of its own, such as in a function or in two columns. */
export type UntypedDate = 'timestamp' | 'timestamptz' | 'text'

/** Text with its offset is right in columns of both types, but not in functions. */
const candidates: readonly UntypedDate[] = ['timestamp', 'timestamptz', 'text']

const utc = /^(etc\/)?(utc|uct|gmt|gmt[+-]?0|greenwich|universal|zulu)$/i

/**
 * Finds out as what a Date is to be bound, so that it means the same moment whatever the setting `TimeZone` says: DuckDB
 * takes a TIMESTAMP for one of that zone where it makes a TIMESTAMPTZ of it, and the other way pass. Such casts can be
 * forbidden, and a plan says then whether there are any.
 */
export class DateProbe {
  readonly #database: Database
  readonly #connection: DuckDBConnection
  readonly #sql: string
  readonly #mayWrite: boolean

  /** @param sql - Of one statement. */
  constructor(database: Database, connection: DuckDBConnection, sql: string, mayWrite: boolean) {
    this.#database = database
    this.#connection = connection
    this.#sql = sql
    this.#mayWrite = mayWrite
  }

  /**
   * @param bind - Binds all parameters of a statement.
   * @returns `'timestamp'` also where DuckDB does not say: the SQL has such casts of its own, or settings are locked.
   */
  async choose(bind: (statement: DuckDBPreparedStatement, as: UntypedDate) => void): Promise<UntypedDate> {
    if (await this.#isUtc()) return 'timestamp'
    const probe = await this.#database.connect()
    try {
      await this.#database.execute(probe, 'SET SESSION disable_timestamptz_casts = true')
      // The plan of a write is one, to DuckDB.
      await this.#database.execute(probe, `BEGIN TRANSACTION${this.#mayWrite ? '' : ' READ ONLY'}`)
      for (const as of candidates) {
        if (await this.#isPlanned(probe, (statement) => bind(statement, as))) return as
      }
    } catch {
      // What is wrong will be found again.
    } finally {
      this.#database.disconnect(probe)
    }
    return 'timestamp'
  }

  async #isUtc(): Promise<boolean> {
    const sql = "SELECT current_setting('TimeZone')"
    const reader = await this.#database.poolCall(() => this.#connection.runAndReadAll(sql))
    return utc.test(String(reader.getRows()[0]?.[0]))
  }

  async #isPlanned(
    connection: DuckDBConnection,
    bind: (statement: DuckDBPreparedStatement) => void,
  ): Promise<boolean> {
    const statement = await this.#database.poolCall(() => connection.prepare(`EXPLAIN ${this.#sql}`))
    try {
      bind(statement)
      await this.#database.poolCall(() => statement.run())
      return true
    } catch {
      return false
    } finally {
      statement.destroySync()
    }
  }
}
