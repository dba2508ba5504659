import { describeValue } from '../describe-value.js'

export const inMemory = ':memory:'

/** Throws unless `database` is a path or `:memory:`. */
export function checkDatabase(database: unknown): asserts database is string {
  if (typeof database !== 'string') {
    throw new TypeError(`Expected \`database\` to be a path or ':memory:', got ${describeValue(database)}`)
  }
  if (database === '' || database.includes('\0')) {
    throw new TypeError(
      `Expected \`database\` to be a path without NUL, or ':memory:', got ${describeValue(database)}`,
    )
  }
  if (/^[a-z][a-z0-9+.-]+:\/\//i.test(database)) {
    throw new TypeError(`Expected \`database\` to be a path of a local file, got ${describeValue(database)}`)
  }
}
