import { statSync } from 'node:fs'
import type { DuckDBConnection } from '@duckdb/node-api'
import { logPath } from '../../process/database-files.js'
import { quoteLiteral } from '../../protocol/sql.js'
import { showPath } from '../../protocol/visible-text.js'
import { WorkerFailure } from '../failure.js'
import { clearSpillFiles } from './clear-spill-files.js'

/**
 * The file of a database that is open. Only `stat` is called on it, for any `close()` of it in this process would drop
 * DuckDB's lock.
 */
export class DatabaseFile {
  readonly #path: string
  readonly #identity: string | undefined

  /** @param path - Of a database that DuckDB has just opened. */
  constructor(path: string) {
    this.#path = path
    this.#identity = identityOf(path)
  }

  /**
   * Refuses what DuckDB has opened as something else than a database of its own: of a Parquet, CSV or JSON file it makes
   * a view in a database in memory, which is gone with all that is written to it.
   */
  async checkOpened(connection: DuckDBConnection, catalog: string): Promise<void> {
    const reader = await connection.runAndReadAll(
      `SELECT path, type FROM system.main.duckdb_databases()
       WHERE database_name COLLATE "binary" = ${quoteLiteral(catalog)}`,
    )
    const [row = []] = reader.getRowsJson()
    const [path, type] = row
    if (typeof path === 'string' && type === 'duckdb') return
    throw new WorkerFailure({
      code: 'PERSIST_OPEN_FAILED',
      message: `${showPath(this.#path)} is not a DuckDB database: read it by SQL, such as FROM '...', on another one`,
    })
  }

  /** Removes what a killed process has spilled; see `clearSpillFiles`. */
  clearSpilled(): void {
    clearSpillFiles(this.#path)
  }

  /** Bytes of the file itself. */
  get bytes(): number {
    return statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0
  }

  /** Bytes of the write-ahead log. */
  get walBytes(): number {
    return statSync(logPath(this.#path), { throwIfNoEntry: false })?.size ?? 0
  }

  /** False once the file was removed, or another was put in its place. */
  get isSame(): boolean {
    try {
      return identityOf(this.#path) === this.#identity
    } catch {
      // Where its folder cannot be looked into, DuckDB cannot get at another log there.
      return true
    }
  }

  /**
   * DuckDB finds the write-ahead log by its path: it would append to the log of the other file, and remove it.
   *
   * @throws `PERSIST_DATABASE_INVALID`
   */
  checkSame(): void {
    if (this.isSame) return
    throw new WorkerFailure({
      code: 'PERSIST_DATABASE_INVALID',
      message: `${showPath(this.#path)} was removed or replaced while it was open: what was written since is not in it`,
    })
  }
}

function identityOf(path: string): string | undefined {
  const stats = statSync(path, { bigint: true, throwIfNoEntry: false })
  return stats === undefined ? undefined : `${stats.dev}:${stats.ino}`
}
