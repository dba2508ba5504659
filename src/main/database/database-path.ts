import { describeValue } from '../contract/describe-value.js'
import { isUrl } from './local-file.js'
import { findRemoteCatalog } from './remote-catalog.js'

export const inMemory = ':memory:'

/** Throws unless `database` is a path, `:memory:`, or a catalog that an extension reaches. */
export function checkDatabase(database: unknown): asserts database is string {
  if (typeof database !== 'string') {
    throw new TypeError(`Expected \`database\` to be a path or ':memory:', got ${describeValue(database)}`)
  }
  if (database === '' || database.includes('\0') || !database.isWellFormed()) {
    const expected = "a path, all of it Unicode but NUL, or ':memory:'"
    throw new TypeError(`Expected \`database\` to be ${expected}, got ${describeValue(database)}`)
  }
  if (findRemoteCatalog(database, false) !== undefined) return
  if (isUrl(database)) {
    throw new TypeError(`Expected \`database\` to be a path of a local file, got ${describeValue(database)}`)
  }
  if (database === inMemory || !isSpecial(database)) return
  const hint = `a file of this name is ${describeValue(`./${database}`)}`
  throw new TypeError(
    `Expected \`database\` to be a path or ':memory:', got ${describeValue(database)}: ${hint}`,
  )
}

/**
 * What DuckDB clients take for something else than a file: `:memory:name`, and `md:name`, `sqlite:name` and the like,
 * whose beginning is the name of an extension. A letter alone is a drive of Windows.
 */
function isSpecial(database: string): boolean {
  return /^:memory:/i.test(database) || /^\w{2,}:/.test(database)
}
