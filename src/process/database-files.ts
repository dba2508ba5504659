import { dirname } from 'node:path'

/**
 * The write-ahead log of a database file. DuckDB takes what follows a question mark for the parameters of a URL.
 *
 * `StorageManager::GetWALPath` in https://github.com/duckdb/duckdb/blob/main/src/storage/storage_manager.cpp
 */
export function logPath(path: string): string {
  return withSuffix(path, '.wal')
}

/** The folder into which DuckDB spills what exceeds its memory limit, unless `temp_directory` says another. */
export function spillPath(path: string): string {
  return withSuffix(path, '.tmp')
}

/** The database that a write-ahead log, or what DuckDB makes beside one, belongs to; undefined for other files. */
export function databaseOfLog(path: string): string | undefined {
  const database = path.replace(/\.wal(\.checkpoint|\.recovery)?(?=\?|$)/, '')
  return database === path ? undefined : database
}

/** Whether the log would be in another folder than its database, which is none. */
export function isLogLost(path: string): boolean {
  return dirname(logPath(path)) !== dirname(path)
}

function withSuffix(path: string, suffix: string): string {
  // Long paths of Windows begin with one.
  const question = path.startsWith('\\\\?\\') ? -1 : path.indexOf('?')
  return question === -1 ? path + suffix : path.slice(0, question) + suffix + path.slice(question)
}
