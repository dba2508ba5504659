import { toFailure, WorkerFailure } from '../failure.js'
import { isAboutSecret } from '../sql/secret-statement.js'
import { type SqlWord, splitWithStrings } from '../sql/sql-words.js'

/** A statement in a message: as many words, and as many characters, at most. */
const [mostWords, mostCharacters] = [8, 60]

/** Names of what nobody else may know: of options in SQL, and within connection strings. */
const secretName = /^(?:.*_)?(?:token|password|passwd|secret|key|key_id)$/i
const secretPart =
  /(?:token|password|passwd|secret|key)\s*=\s*('(?:[^'\\]|\\.)*'|"(?:[^"\\]|\\.)*"|[^\s&;]+)/gi
const userPassword = /:\/\/[^\s/:@]*:([^\s/@]+)@/g

/** Why the database cannot be opened. */
export function openingFailure(what: string, error: unknown): WorkerFailure {
  const message = `The database cannot be opened: ${what}`
  const failure = toFailure(error, 'PERSIST_OPEN_FAILED', message)
  const shown = failure.message.startsWith(message) ? failure.message : `${message}: ${failure.message}`
  const { databaseMessage } = failure
  return new WorkerFailure({
    ...failure,
    message: withoutSql(shown),
    ...(databaseMessage === undefined ? {} : { databaseMessage: withoutSql(databaseMessage) }),
  })
}

/** A statement of `sql` by its first words. */
export function describeStatement(sql: string, index: number): string {
  const words = (splitWithStrings(sql)[index] ?? []).slice(0, mostWords)
  const text = words.map((word) => (word.isString ? "'...'" : word.text)).join(' ')
  return `\`${text.slice(0, mostCharacters)}\``
}

/** The texts of `sql` that nobody else may know. */
export function secretsIn(sql: string): string[] {
  return splitWithStrings(sql).flatMap((statement) =>
    statement.flatMap((word, index) => {
      if (!word.isString) return []
      const isSecret = isAboutSecret(statement) || secretName.test(nameBefore(statement, index))
      return isSecret ? [word.text] : secretsOf(word.text)
    }),
  )
}

/** The parts of a connection string that nobody else may know. */
export function secretsOf(connection: string): string[] {
  const parts = [...connection.matchAll(secretPart), ...connection.matchAll(userPassword)]
  return parts.map(([, secret = '']) => secret.replace(/^(['"])(.*)\1$/s, '$2'))
}

/** The name of the option that a string is the value of, as in `TOKEN 'x'` and `token = 'x'`. */
function nameBefore(statement: readonly SqlWord[], index: number): string {
  const before = statement[index - 1]?.text ?? ''
  return before === '=' || before === ':=' || before === '>' ? nameBefore(statement, index - 1) : before
}

/** DuckDB shows the SQL of a statement that it refuses. */
function withoutSql(message: string): string {
  return message.split(/\n\n?LINE \d+:/, 1)[0] ?? ''
}
