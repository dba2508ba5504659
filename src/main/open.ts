import { resolveRealPath } from '../process/real-path.js'
import { type OpenOptions, resolveOpenOptions } from './contract/open-options.js'
import type { Draft, OpenTrace } from './contract/traces.js'
import { claimDatabase, notAFile } from './database/claim-database.js'
import { checkDatabase, inMemory } from './database/database-path.js'
import { endsAsFolder } from './database/local-file.js'
import { findRemoteCatalog, hideConnection } from './database/remote-catalog.js'
import { channels } from './diagnostics/channels.js'
import { trace } from './diagnostics/trace.js'
import { PersistenceService } from './persistence-service.js'
import { WorkerSupervisor } from './worker-thread/worker-supervisor.js'

/**
 * Opens a DuckDB database in a worker thread of its own, and creates its file if it is missing.
 *
 * Resolves when the database is open. The service keeps the process alive only while something is under way; close it
 * with `close()` or `await using`.
 *
 * @param database - Path of the file, or `':memory:'`; or a catalog of another engine, `ducklake:`, `quack:`, `postgres:`,
 * `mysql:`, `sqlite:` or `md:` and what DuckDB's ATTACH takes after it, which is attached to a database in memory, and in
 * which tables are then: see `docs/scaling.md`. A file whose name begins so, or like `:memory:`, is given as `./md:name`.
 * @throws TypeError or RangeError for an option of the wrong type or size, and for another URL, `:memory:name` and the like,
 * which are no paths.
 * @throws `PERSIST_ALREADY_OPEN` if this process has the file open, by whatever path or link.
 * @throws `PERSIST_DATABASE_LOCKED` if another process has it open.
 * @throws `PERSIST_OPEN_FAILED` if DuckDB cannot open it as a database of its own, or refuses a setting, an extension, or a
 * statement of `init`. A Parquet, CSV or JSON file is none, nor is anything but a file.
 * @throws `PERSIST_CONNECTION_LOST` if the server of a catalog cannot be reached.
 *
 * @example
 * ```ts
 * const db = await open('app.duckdb')
 * ```
 */
export async function open(database: string, options: OpenOptions = {}): Promise<PersistenceService> {
  if (!channels.open.hasSubscribers) return openService(database, options)
  const context: Draft<OpenTrace> = { database: hideConnection(database) }
  return trace(
    channels.open,
    context,
    () => openService(database, options),
    (service) => {
      context.duckdbVersion = service.stats().duckdbVersion
    },
  )
}

async function openService(database: string, options: OpenOptions): Promise<PersistenceService> {
  checkDatabase(database)
  const resolved = resolveOpenOptions(options)
  const remote = findRemoteCatalog(database, resolved.readOnly)
  if (database === inMemory || remote !== undefined) {
    const supervisor = new WorkerSupervisor(
      { name: hideConnection(database), path: inMemory, remote },
      resolved,
    )
    await supervisor.open()
    return new PersistenceService(database, supervisor, resolved, () => undefined)
  }
  if (endsAsFolder(database)) throw notAFile(database)
  const path = await resolveRealPath(database)
  const file = await claimDatabase(path)
  try {
    const supervisor = new WorkerSupervisor({ name: database, path }, resolved, file)
    await supervisor.open()
    return new PersistenceService(database, supervisor, resolved, () => file.release())
  } catch (error) {
    await file.removeStump(error)
    file.release()
    throw error
  }
}
