import { WorkerFailure } from '../failure.js'
import { explained } from '../sql/explained.js'
import { isAboutSecret } from '../sql/secret-statement.js'
import { type SqlWord, splitStatements } from '../sql/sql-words.js'
import { readExplain } from './read-kind.js'

/** Statements that write to files or the network, load code, or make other databases reachable. */
const outsideStatements: ReadonlySet<string> = new Set([
  'attach',
  'detach',
  'export',
  'force install',
  'import',
  'install',
  'load',
  'update extensions',
])

/** Settings and functions by which DuckDB writes a file of its own while it runs other statements. */
const outputs: ReadonlySet<string> = new Set([
  'copy_database',
  'enable_logging',
  'enable_profile',
  'enable_profiling',
  'import_database',
  'log_query_path',
  'logging_storage',
  'profile_output',
  'profiling_output',
])

/** What may hold one of these; elsewhere such a word is a column's name. */
const outputStatements: ReadonlySet<string> = new Set(['call', 'pragma', 'reset', 'set'])

/** Most SQL has none of these words, and is not looked at more closely. */
const hint = new RegExp(
  `\\b(attach|detach|export|import|install|load|extensions|copy|secret|${[...outputs].join('|')})\\b`,
  'i',
)

/**
 * Refuses SQL that has effects outside of the database: `query()` is for reading.
 *
 * By the words of the SQL, for DuckDB does not say what an EXPLAIN ANALYZE or a PREPARE is of, nor which way a COPY goes.
 */
export function refuseOutsideEffects(sql: string): void {
  const effect = findOutsideEffect(sql)
  if (effect === undefined) return
  throw new WorkerFailure({
    code: 'PERSIST_QUERY_FAILED',
    message: `query() does not reach outside of the database: use run() for ${effect.toUpperCase()}`,
  })
}

/** What of `sql` has effects outside of the database, if anything has. */
export function findOutsideEffect(sql: string): string | undefined {
  if (!hint.test(sql)) return undefined
  for (const statement of splitStatements(sql)) {
    // A plan has no effects. Those of a function are its own matter.
    const { isPlan } = readExplain(statement)
    const effect = isPlan ? outputOf(statement) : outsideEffect(explained(statement))
    if (effect !== undefined) return effect
  }
  return undefined
}

function outsideEffect(statement: readonly SqlWord[]): string | undefined {
  const [first, second] = statement
  if (first === undefined) return undefined
  const both = `${first.text} ${second?.text}`
  if (outsideStatements.has(first.text) || outsideStatements.has(both)) return first.text
  if (first.text === 'copy' && !isCopyFromFile(statement)) return 'copy ... to'
  if (isAboutSecret(statement)) return `${first.text} secret`
  return outputOf(statement)
}

function outputOf(statement: readonly SqlWord[]): string | undefined {
  const isInPlace = outputStatements.has(statement[0]?.text ?? '')
  return statement.find(({ text, isCalled }) => outputs.has(text) && (isCalled || isInPlace))?.text
}

/** `COPY t FROM 'file'` writes to the database alone; `COPY FROM DATABASE a TO b` does not. */
function isCopyFromFile(statement: readonly SqlWord[]): boolean {
  const direction = statement.find(
    ({ text, depth }, index) => index > 1 && depth === 0 && (text === 'from' || text === 'to'),
  )
  return direction?.text === 'from'
}
