import { DuckDBInstance } from '@duckdb/node-api'
import type { Settings } from '../protocol/requests.js'
import { WorkerFailure } from './failure.js'
import { createInstance, creationConfig } from './settings.js'

/**
 * An ALTER that binds an expression (a DEFAULT, a CHECK, a generated column) is written to the log in a form that
 * DuckDB cannot read while it opens its first database, though nothing is lost.
 */
const unreadableLog =
  /^INTERNAL Error: Failure while replaying WAL file ".*": Calling DatabaseManager::GetDefaultDatabase with no default database set/s

/** Opens the database file, or a database in memory; a file whose log DuckDB cannot read is put right first. */
export async function openInstance(path: string, settings: Settings): Promise<DuckDBInstance> {
  try {
    return await createInstance(path, settings)
  } catch (error) {
    if (!(error instanceof Error) || !unreadableLog.test(error.message)) throw error
    if (isReadOnly(settings)) throw needsWriting(error)
    await moveLog(path, settings)
    return createInstance(path, settings)
  }
}

/** Moves the log into the file from an instance that has a database already, where DuckDB can read it. */
async function moveLog(path: string, settings: Settings): Promise<void> {
  const config = Object.entries(creationConfig(settings)).filter(([name]) => !isAccessMode(name))
  const instance = await DuckDBInstance.create(':memory:', Object.fromEntries(config))
  const connection = await instance.connect()
  try {
    await connection.run(`ATTACH '${path.replaceAll("'", "''")}' AS duckpaddle_repair`)
    await connection.run('CHECKPOINT duckpaddle_repair')
    await connection.run('DETACH duckpaddle_repair')
  } finally {
    connection.disconnectSync()
    instance.closeSync()
  }
}

export function isReadOnly(settings: Settings): boolean {
  const modes = Object.entries(settings).filter(([name]) => isAccessMode(name))
  return /^read_only$/i.test(String(modes.at(-1)?.[1]))
}

function isAccessMode(name: string): boolean {
  return name.toLowerCase() === 'access_mode'
}

function needsWriting(error: Error): WorkerFailure {
  return new WorkerFailure({
    code: 'PERSIST_OPEN_FAILED',
    message: 'The database has a log that must be moved into its file first: open it once without `readOnly`',
    databaseMessage: error.message,
  })
}
