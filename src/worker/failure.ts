import type { Failure, PersistenceErrorCode } from '../protocol/failure.js'

/** A failure on its way to the main thread; never leaves the worker as an exception. */
export class WorkerFailure extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

/**
 * DuckDB's errors have no codes in the bindings: their class is the beginning of the message.
 *
 * @see https://github.com/duckdb/duckdb/blob/main/src/common/exception.cpp for the classes
 */
const patterns: readonly (readonly [RegExp, PersistenceErrorCode, string])[] = [
  [/Could not set lock on file/, 'PERSIST_DATABASE_LOCKED', 'Another process has the database open'],
  [/database has been invalidated|^FATAL/, 'PERSIST_DATABASE_INVALID', 'DuckDB has invalidated the database'],
  [/No space left on device|File too large|Disk quota exceeded/, 'PERSIST_DISK_FULL', 'The disk is full'],
  [/Out of Memory Error|failed to allocate|could not allocate/i, 'PERSIST_OUT_OF_MEMORY', 'Out of memory'],
  [/read-only mode|readonly database/, 'PERSIST_READ_ONLY', 'The database is open for reading only'],
  [/INTERRUPT Error/i, 'PERSIST_ABORTED', 'Interrupted'],
]

/** What main is told of an error: what is known of it, or else `code`. */
export function toFailure(error: unknown, code: PersistenceErrorCode, message: string): Failure {
  if (error instanceof WorkerFailure) return error.failure
  const databaseMessage = messageOf(error)
  const known = patterns.find(([pattern]) => pattern.test(databaseMessage))
  const [, knownCode, knownMessage] = known ?? [undefined, code, message]
  return { code: knownCode, message: `${knownMessage}: ${firstLine(databaseMessage)}`, databaseMessage }
}

/** DuckDB's message, as it is without the setting `errors_as_json`. */
function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const [, json] = /(\{"exception_type":.*\})/s.exec(message) ?? []
  if (json === undefined) return message
  try {
    const { exception_type: type, exception_message: text } = JSON.parse(json)
    return `${type} Error: ${text}`
  } catch {
    return message
  }
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
