import type { Startup } from '../../protocol/startup.js'
import { checkType } from './check-option.js'
import { describeValue } from './describe-value.js'

/** What is to be done whenever the database is opened, and again where a lost worker is replaced. */
export interface StartupOptions {
  /**
   * SQL that is run before anything else: `CREATE SECRET`, `ATTACH`, `SET`. Where a statement fails, `open()` rejects with
   * `PERSIST_OPEN_FAILED`, which names the statement without the texts in it. Does not go with `sandbox`.
   *
   * @defaultValue none
   */
  readonly init?: string | readonly string[] | undefined
  /**
   * Extensions that are loaded before `init`: their names, which DuckDB looks for in its extension directory, or the paths
   * of their files, which end in `.duckdb_extension`.
   *
   * @see https://duckdb.org/docs/stable/extensions/overview
   * @defaultValue none
   */
  readonly extensions?: readonly string[] | undefined
  /**
   * Whether extensions that are not there are downloaded from DuckDB's repository.
   *
   * @defaultValue false
   */
  readonly installExtensions?: boolean | undefined
}

export const startupOptionNames: readonly string[] = ['init', 'extensions', 'installExtensions']

/** DuckDB's own names, and no SQL. */
const extensionName = /^[a-z]\w*$/i
const extensionFile = /\.duckdb_extension$/

/** @throws TypeError. */
export function resolveStartup(options: StartupOptions, isSandboxed: boolean): Startup {
  checkType('installExtensions', options.installExtensions, 'boolean')
  const init = typeof options.init === 'string' ? [options.init] : texts('init', options.init)
  const extensions = texts('extensions', options.extensions)
  for (const name of extensions) {
    const isFile = extensionFile.test(name) && !name.includes('\0')
    if (extensionName.test(name) || isFile) continue
    const expected = "names of extensions, or paths that end in '.duckdb_extension'"
    throw new TypeError(`Expected \`extensions\` to be ${expected}, got ${describeValue(name)}`)
  }
  if (isSandboxed && init.length + extensions.length > 0) {
    throw new TypeError('Expected no `init` and no `extensions` beside `sandbox`')
  }
  return { init, extensions, installExtensions: options.installExtensions ?? false }
}

function texts(name: string, value: unknown): readonly string[] {
  if (value === undefined) return []
  if (Array.isArray(value) && value.every((text) => typeof text === 'string')) return [...value]
  throw new TypeError(`Expected \`${name}\` to be an array of strings, got ${describeValue(value)}`)
}
