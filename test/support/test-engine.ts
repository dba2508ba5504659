import { type OpenOptions, open, type PersistenceService } from 'duckpaddle'
import { isHostile, openHostile } from './hostile-settings.js'

/** What an engine may not have, by the heading of its column in `docs/scaling.md`. */
export type Feature =
  | '`primaryKey`'
  | 'PRIMARY KEY, UNIQUE'
  | 'verdict on a CHECK'
  | 'FOREIGN KEY'
  | 'DEFAULT'
  | 'ALTER'
  | 'UPDATE, DELETE'
  | 'rowid'
  | 'known DEFAULTs'
  | 'generated columns'
  | 'indexes'
  | 'sequences'
  | 'collations'
  | 'RETURNING'
  | 'calls side by side'
  | 'a store'
  | 'nested types'
  | 'NUL in a text'
  | 'NUL in a key'
  | 'all times'
  | `type ${string}`

/** Where the databases of a test file are, if they are no local files. */
export interface TestEngine {
  /** Opens a database by the path that the test has for it; one of `:memory:` is another each time. */
  open(path: string, options?: OpenOptions): Promise<PersistenceService>
  /** Where `table()` is to look for a table. */
  readonly table: { readonly catalog?: string }
  /** SQL that has tables be known as to those who have not made them. */
  readonly refresh?: string | undefined
  /** A table as SQL calls it. */
  name(table: string): string
  /**
   * @throws `NotOnEngine` where it is documented that the engine does not have it, once that has been found to be so.
   */
  need(feature: Feature): Promise<void>
}

/** Ends a test as one that is about something which the engine does not have, which is not a failure. */
export class NotOnEngine extends Error {
  override readonly name = 'NotOnEngine'
}

let engine: TestEngine | undefined

/** Has all databases of this test file be on an engine; see `test/remote/support/use-engine.ts`. */
export function useEngine(other: TestEngine): void {
  engine = other
}

/** Undefined where databases are local files. */
export function engineOfTests(): TestEngine | undefined {
  return engine
}

/** Opens a database of a test: on the engine of the tests, or under hostile settings in their second run. */
export function openForTest(path: string, options: OpenOptions = {}): Promise<PersistenceService> {
  if (engine !== undefined) return engine.open(path, options)
  return isHostile ? openHostile(path, options) : open(path, options)
}

/** What `table()` is given beside the columns. */
export function placeForTest(): { readonly catalog?: string } {
  return engine?.table ?? {}
}

/** A table as SQL calls it. */
export function nameOf(table: string | { readonly name: string }): string {
  const name = typeof table === 'string' ? table : table.name
  return engine?.name(name) ?? name
}

/** To be called where a test cannot do without what an engine may not have. */
export async function need(...features: readonly Feature[]): Promise<void> {
  for (const feature of features) await engine?.need(feature)
}

/** Whether the engine has something. */
export async function has(feature: Feature): Promise<boolean> {
  return need(feature).then(
    () => true,
    (error: unknown) => {
      if (error instanceof NotOnEngine) return false
      throw error
    },
  )
}

/** @param sql - What is between the parentheses of CREATE TABLE, in which tables have their bare names. */
export async function createSqlTable(db: PersistenceService, name: string, sql: string): Promise<void> {
  await needForTable(sql)
  await db.run(createTableSql(engine ?? { table: {} }, name, sql))
}

/** A FOREIGN KEY is to a table of the catalog that is used. */
export function createTableSql(
  { table: { catalog }, refresh }: Pick<TestEngine, 'table' | 'refresh'>,
  name: string,
  sql: string,
): string {
  const use = catalog === undefined ? [] : [`USE ${catalog}`]
  return [...use, `CREATE TABLE ${name} (${sql})`, ...(refresh === undefined ? [] : [refresh])].join('; ')
}

/** What shows in SQL of CREATE TABLE, between its parentheses. */
const signs: readonly (readonly [RegExp, Feature])[] = [
  [/\bPRIMARY KEY\b|\bUNIQUE\b/i, 'PRIMARY KEY, UNIQUE'],
  [/\bCHECK\b/i, 'verdict on a CHECK'],
  [/\bREFERENCES\b/i, 'FOREIGN KEY'],
  [/\bDEFAULT\b/i, 'DEFAULT'],
  [/\bnextval\b/i, 'sequences'],
  [/\w AS \(/i, 'generated columns'],
  [/\bCOLLATE\b/i, 'collations'],
]

/** The types that some engine may not have, as the words in SQL. */
const types =
  /\b(?:TINYINT|U(?:TINY|SMALL|BIG|HUGE)INT|UINTEGER|HUGEINT|BIT|TIME_NS|TIMESTAMP_\w+|ENUM|BIGNUM|STRUCT|MAP|UNION)\b/g

/** Says so for all that a table cannot do without. */
export async function needForTable(
  sql: string,
  definition: {
    readonly columns?: Readonly<Record<string, string>>
    readonly key?: unknown
    readonly primaryKey?: unknown
  } = {},
): Promise<void> {
  if (engine === undefined) return
  const all = `${sql} ${Object.values(definition.columns ?? {}).join(' ')}`
  if (definition.primaryKey !== undefined && definition.key === undefined) await need('`primaryKey`')
  for (const [sign, feature] of signs) if (sign.test(sql)) await need(feature)
  for (const [type] of all.matchAll(types)) await need(`type ${type}`)
  if (/\[\d+\]/.test(all)) await need('type ARRAY')
}
