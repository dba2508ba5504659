import { readlink, realpath } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import { describeValue } from '../describe-value.js'

export const inMemory = ':memory:'

/** Links that are followed before they are taken for a circle, as Linux does. */
const maxLinks = 40

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

/**
 * The path of the file itself, whatever links lead to it; also of a file that does not exist yet.
 *
 * It is absolute, so that DuckDB does not take `md:app` or `sqlite:app` for the name of an extension.
 */
export async function resolveDatabasePath(database: string): Promise<string> {
  let path = resolve(database)
  for (let links = 0; links < maxLinks; links++) {
    const existing = await realpath(path).catch(() => undefined)
    if (existing !== undefined) return existing
    // Not there yet: the folder's real path, and the target of a link that dangles.
    const folder = await realpath(dirname(path)).catch(() => dirname(path))
    const inFolder = join(folder, basename(path))
    const target = await readlink(inFolder).catch(() => undefined)
    if (target === undefined) return inFolder
    path = resolve(folder, target)
  }
  return path
}
