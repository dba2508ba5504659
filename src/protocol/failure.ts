/**
 * What can go wrong for a correct program. Codes are stable; messages are not.
 *
 * `docs/errors.md` has a heading for each, with what to do about it.
 */
export type PersistenceErrorCode =
  | 'PERSIST_CLOSED'
  | 'PERSIST_OPEN_FAILED'
  | 'PERSIST_DATABASE_LOCKED'
  | 'PERSIST_ALREADY_OPEN'
  | 'PERSIST_TABLE_NOT_FOUND'
  | 'PERSIST_SCHEMA_MISMATCH'
  | 'PERSIST_ROW_REJECTED'
  | 'PERSIST_WRITE_FAILED'
  | 'PERSIST_QUERY_FAILED'
  | 'PERSIST_WORKER_LOST'
  | 'PERSIST_DISK_FULL'
  | 'PERSIST_OUT_OF_MEMORY'
  | 'PERSIST_DATABASE_INVALID'
  | 'PERSIST_READ_ONLY'
  | 'PERSIST_ABORTED'
  | 'PERSIST_OVERLOADED'
  | 'PERSIST_CONFLICT'
  | 'PERSIST_CONNECTION_LOST'

/** A failure in the worker, as data: structured clone would drop an error's class and code. */
export interface Failure {
  readonly code: PersistenceErrorCode
  readonly message: string
  /** DuckDB's own message, where the failure came from it. */
  readonly databaseMessage?: string
  /** Where a COMMIT was under way, which may have been carried out. */
  readonly isOutcomeUnknown?: true
}
