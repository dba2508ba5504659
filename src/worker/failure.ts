import type { Failure, PersistenceErrorCode } from '../protocol/failure.js'
import { toVisible } from '../protocol/visible-text.js'
import { hideSecrets } from './secrets.js'

/** A failure on its way to the main thread; never leaves the worker as an exception. */
export class WorkerFailure extends Error {
  readonly failure: Failure

  constructor(failure: Failure) {
    super(failure.message)
    this.failure = failure
  }
}

/**
 * What stands before the reason of an error: the bindings' own words, and those of a failed COMMIT. The appender and
 * COMMIT leave out the class of the reason.
 */
const failedCommit = 'TransactionContext Error: Failed to commit: '
const prefix = new RegExp(`^(Failed to append: |Failure running pending result task: )?(${failedCommit})?`)

/** What the extensions for catalogs of others say where their server is not there, or not any more. */
const lostPrefix = 'Failed to [^:]*:? |Failed to attach [^]*?(?=Unable to connect)'
const lostConnection =
  '[^]*?(Unable to connect to |server closed the connection unexpectedly|terminating connection due to |SSL connection has been closed|could not receive data from server|no connection to the server|Could not establish connection|Connection refused|Connection reset|Could not connect to server|Invalid connection id)'

/** What the extension for MySQL says before the server's reason: all of the statement, with its values. */
const mysqlStatement =
  '(IO Error: )?Failed to (run query|(prepare|execute) MySQL query|fetch result row for MySQL query) "[^]*": '

/** How DuckDB begins what it says of values and SQL, in which a server has no part. */
const ownReason = '(Constraint|Conversion|Catalog|Parser|Binder) Error: |PRIMARY KEY or UNIQUE constraint '

const lost = new RegExp(
  `^(?!${mysqlStatement}|${ownReason})((IO|Invalid|HTTP|Invalid Input) Error: )?(${lostPrefix})?${lostConnection}`,
)

/** At the end, where no value can be: the server quotes them before its last words. */
const [mysqlConflict, mysqlLost] = [
  "(Deadlock found when trying to get lock|Lock wait timeout exceeded|Record has changed since last read in table '[^']*'); try restarting transaction",
  '(Lost connection to (MySQL )?server during query|(MySQL server|Server) has gone away|Connection was killed|Server shutdown in progress)',
]

const noSpace = '(No space left on device|File too large|Disk quota exceeded)'
const noMemory =
  '(could not allocate block of size|failed to allocate data of size|failed to pin block of size|(Memory a|A)llocation failure|std::bad_alloc)'

/**
 * DuckDB's errors have no codes in the bindings: their class is the beginning of the message. What follows quotes
 * values and SQL, which anybody may have written, so nothing is looked for in the middle.
 *
 * @see https://github.com/duckdb/duckdb/blob/main/src/common/exception.cpp for the classes
 */
const patterns: readonly (readonly [RegExp, PersistenceErrorCode, string])[] = [
  [
    /^(Failed to commit DuckLake transaction\..*conflict|(Invalid Error: )?Failed to (execute query|copy data).*ERROR:\s+(could not serialize|deadlock detected))/s,
    'PERSIST_CONFLICT',
    'Another process has changed the same rows meanwhile',
  ],
  [
    /^(Failed to commit DuckLake transaction\.\nFailed to [^\n]*: |(Invalid Error: )?(Failed to (prepare|execute) query ".*": )?)database is locked$/s,
    'PERSIST_CONFLICT',
    'Another process is writing to the SQLite file, or has written to it meanwhile',
  ],
  [
    new RegExp(`^${mysqlStatement}${mysqlConflict}\\n?$`),
    'PERSIST_CONFLICT',
    'Another process has changed the same rows meanwhile',
  ],
  [
    new RegExp(
      `^((IO Error: )?Failed to connect to MySQL database with parameters |${mysqlStatement}${mysqlLost}\\n?$)`,
    ),
    'PERSIST_CONNECTION_LOST',
    'The server cannot be reached',
  ],
  [lost, 'PERSIST_CONNECTION_LOST', 'The server cannot be reached'],
  [
    /^IO Error: Could not set lock on file /,
    'PERSIST_DATABASE_LOCKED',
    'Another process has the database open',
  ],
  [
    /^(FATAL Error: |Failed: database has been invalidated |((?!Invalid Input)[A-Z][A-Za-z ]* Error: )?(Checkpoint failed for database |Database ".*" has been invalidated because ))/,
    'PERSIST_DATABASE_INVALID',
    'DuckDB has invalidated the database',
  ],
  [
    new RegExp(`^(IO Error: )?(Could not|Cannot|Failed to) ([a-z]+ )+(file|directory) "[^]*: ${noSpace}$`),
    'PERSIST_DISK_FULL',
    'The disk is full',
  ],
  [
    /^(Invalid Error: )?(Failed to execute query ".*": )?database or disk is full$/s,
    'PERSIST_DISK_FULL',
    'The disk is full',
  ],
  [
    /^(Out of Memory Error: )?failed to offload data block of size /,
    'PERSIST_DISK_FULL',
    'The limit of temporary files, max_temp_directory_size, is reached',
  ],
  [
    new RegExp(`^(Out of Memory Error: |((IO|INTERNAL|Invalid) Error: )?${noMemory})`),
    'PERSIST_OUT_OF_MEMORY',
    'Out of memory',
  ],
  [
    /^(Invalid Input Error: Cannot execute statement of type "[A-Z_ ]+" on database "|Cannot append to a readonly database\.$)/,
    'PERSIST_READ_ONLY',
    'The database is open for reading only',
  ],
  [
    /^(Invalid Error: )?(Failed to execute query ".*": )?attempt to write a readonly database$/s,
    'PERSIST_READ_ONLY',
    'The database is open for reading only',
  ],
  [/^INTERRUPT Error: /, 'PERSIST_ABORTED', 'Interrupted'],
]

/** Why DuckDB refuses a COMMIT without anything being wrong: it takes all of the transaction back. */
const orderlyReasons =
  /^(Failed to commit DuckLake |Failed to (execute|run) query "COMMIT": |PRIMARY KEY or UNIQUE constraint violat|Constraint Error: |Violates |Transaction conflict: |Conflict |Catalog write-write conflict |Attempting to modify table )/

/** DuckDB quotes values and SQL, which may be of any length; the cause has all of it. */
const longestReason = 1000

/** What main gets of an error: what is known of it, or else `code`. */
export function toFailure(error: unknown, code: PersistenceErrorCode, message: string): Failure {
  if (error instanceof WorkerFailure) return error.failure
  const databaseMessage = messageOf(error)
  if (isHeapExhausted(error)) {
    return {
      code: 'PERSIST_OUT_OF_MEMORY',
      message: `Out of memory: ${toVisible(databaseMessage, longestReason)}`,
      databaseMessage,
    }
  }
  const reason = databaseMessage.replace(prefix, '')
  const known = patterns.find(([pattern]) => pattern.test(reason))
  const [, knownCode, knownMessage] = known ?? [undefined, code, message]
  return {
    code: knownCode,
    message: `${knownMessage}: ${toVisible(firstLine(withoutStatement(hideSecrets(databaseMessage))), longestReason)}`,
    databaseMessage: hideSecrets(databaseMessage),
  }
}

/**
 * Whether a COMMIT has failed in a way that DuckDB may not have taken back from the indexes: they then refuse keys that
 * no row has, and a checkpoint would write them to the file.
 */
export function isBrokenCommit(error: unknown): boolean {
  const [before] = prefix.exec(messageOf(error)) ?? ['']
  return before.endsWith(failedCommit) && !orderlyReasons.test(messageOf(error).slice(before.length))
}

/**
 * Whether a COMMIT has failed that DuckDB's extension for SQLite then leaves open: the file stays locked for all writers
 * until the database is closed. PostgreSQL says ERROR, or nothing any more.
 */
export function isStuckCommit(error: unknown): boolean {
  const reason = messageOf(error).replace(prefix, '')
  const [, what] = /^Failed to execute query "COMMIT": (.*)/s.exec(reason) ?? []
  return what !== undefined && !what.startsWith('ERROR:') && !lost.test(reason)
}

/**
 * Whether DuckDB has refused a checkpoint for a transaction that has updated rows, taken a value from a sequence or changed
 * the catalog, or for one that began before another has committed such a change.
 */
export function isHeldUpCheckpoint(error: unknown): boolean {
  return messageOf(error).includes('Cannot CHECKPOINT: there are other write transactions active')
}

/** What V8 throws when it has no memory for a buffer. */
function isHeapExhausted(error: unknown): boolean {
  return error instanceof RangeError && /^Array buffer allocation failed$/.test(error.message)
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

/** A MySQL's reason comes after all of a statement, which may have many rows. */
function withoutStatement(message: string): string {
  const reason = message.replace(prefix, '')
  const [before] = new RegExp(`^${mysqlStatement}`).exec(reason) ?? []
  return before === undefined ? message : reason.slice(before.length)
}

function firstLine(text: string): string {
  return text.split('\n', 1)[0] ?? ''
}
