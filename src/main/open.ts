import { resolveRealPath } from '../process/real-path.js'
import { type OpenOptions, resolveOpenOptions } from './contract/open-options.js'
import type { Draft, OpenTrace } from './contract/traces.js'
import { claimDatabase, notAFile } from './database/claim-database.js'
import { checkDatabase, inMemory } from './database/database-path.js'
import { endsAsFolder } from './database/local-file.js'
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
 * @param database - Path of the file, or `':memory:'`. A name that begins like `md:` or `:memory:` is given as
 * `./md:name`.
 * @throws TypeError or RangeError for an option of the wrong type or size, and for a URL, `md:name`, `:memory:name` and
 * the like, which are no paths.
 * @throws `PERSIST_ALREADY_OPEN` if this process has the file open, by whatever path or link.
 * @throws `PERSIST_DATABASE_LOCKED` if another process has it open.
 * @throws `PERSIST_OPEN_FAILED` if DuckDB cannot open it as a database of its own, or refuses a setting. A Parquet, CSV
 * or JSON file is none, nor is anything but a file.
 *
 * @example
 * ```ts
 * const db = await open('app.duckdb')
 * ```
 */
export async function open(database: string, options: OpenOptions = {}): Promise<PersistenceService> {
  if (!channels.open.hasSubscribers) return openService(database, options)
  const context: Draft<OpenTrace> = { database }
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
  if (database === inMemory) {
    const supervisor = new WorkerSupervisor(database, inMemory, resolved)
    await supervisor.open()
    return new PersistenceService(database, supervisor, resolved, () => undefined)
  }
  if (endsAsFolder(database)) throw notAFile(database)
  const path = await resolveRealPath(database)
  const file = await claimDatabase(path)
  try {
    const supervisor = new WorkerSupervisor(database, path, resolved, file)
    await supervisor.open()
    return new PersistenceService(database, supervisor, resolved, () => file.release())
  } catch (error) {
    await file.removeStump(error)
    file.release()
    throw error
  }
}
