import { foldName } from '../../protocol/sql.js'
import type { TableDefinition } from '../../protocol/table-description.js'
import { ownOptions } from '../contract/check-option.js'
import { describeValue } from '../contract/describe-value.js'
import { parseColumn } from './parse-column-type.js'

/** Column names and their types, such as `{ id: 'BIGINT NOT NULL', name: 'VARCHAR' }`, in the table's order. */
export type ColumnDefinitions = Readonly<Record<string, string>>

/** What `table()` creates if it is missing, and checks if it is there. */
export interface TableOptions<Columns extends ColumnDefinitions = ColumnDefinitions>
  extends KeyOptions<keyof Columns & string> {
  /**
   * The columns, at least one: a DuckDB type, and `NOT NULL` where a value is required.
   *
   * @see https://duckdb.org/docs/stable/sql/data_types/overview
   */
  readonly columns: Columns
  /**
   * Columns of a DuckDB PRIMARY KEY, which makes them NOT NULL. Its index costs more than the rest of a write, and
   * holds for every writer.
   *
   * @defaultValue none
   */
  readonly primaryKey?: readonly (keyof Columns & string)[] | undefined
}

export interface KeyOptions<Name extends string = string> {
  /**
   * Columns that tell the rows apart. Every `persist()` keeps them unique and not NULL, with no index in the database:
   * an index costs more than the rest of a write. Other writers are not bound by it.
   *
   * @defaultValue the PRIMARY KEY, or the only UNIQUE constraint, of the table
   */
  readonly key?: readonly Name[] | undefined
  /**
   * The schema that the table is in. It must be there: `run('CREATE SCHEMA ...')` creates one.
   *
   * @defaultValue `'main'`
   */
  readonly schema?: string | undefined
  /**
   * The database that the table is in, by the name that ATTACH has given it.
   *
   * @defaultValue that which was opened
   */
  readonly catalog?: string | undefined
}

export interface ResolvedTableOptions {
  /** None where the table must be there, and its columns are read. */
  readonly definition: TableDefinition | undefined
  readonly key: readonly string[]
  /** None where it is the default. */
  readonly schema: string | undefined
  readonly catalog: string | undefined
  /** Columns that are NOT NULL only because they are of the key. */
  readonly impliedNotNull: readonly string[]
}

const names = ['catalog', 'columns', 'key', 'primaryKey', 'schema']

/** Checks the name of a table or column: any characters but NUL, at least one. */
export function checkName(what: string, name: unknown): void {
  if (typeof name !== 'string')
    throw new TypeError(`Expected ${what} to be a string, got ${describeValue(name)}`)
  if (name !== '' && !name.includes('\0') && name.isWellFormed()) return
  throw new TypeError(
    `Expected ${what} to be at least one character, without NUL and lone surrogates, got ${describeValue(name)}`,
  )
}

/** @throws TypeError; `PERSIST_SCHEMA_MISMATCH` for a column type that cannot be written. */
export function resolveTableOptions(options: TableOptions | KeyOptions): ResolvedTableOptions {
  const own: Partial<TableOptions> = ownOptions('the definition of a table', options, names)
  const { schema, catalog } = own
  if (schema !== undefined) checkName('`schema`', schema)
  if (catalog !== undefined) checkName('`catalog`', catalog)
  const columns = own.columns === undefined ? undefined : ownColumns(own.columns)
  const key = resolveKey('key', own.key, columns)
  const primaryKey = resolveKey('primaryKey', own.primaryKey, columns)
  if (columns === undefined) {
    if (primaryKey.length === 0) return { definition: undefined, key, schema, catalog, impliedNotNull: [] }
    throw new TypeError('Expected `columns` beside `primaryKey`, got undefined')
  }
  if (key.length > 0 && primaryKey.length > 0) {
    throw new TypeError('Expected either `key` or `primaryKey`, got both')
  }
  const impliedNotNull: string[] = []
  const [isKey, isPrimaryKey] = [new Set(key), new Set(primaryKey)]
  const resolved = [...columns].map(([name, definition]) => {
    checkName('the name of a column', name)
    const column = parseColumn(name, definition)
    if (column.notNull || !(isPrimaryKey.has(name) || isKey.has(name))) return column
    impliedNotNull.push(name)
    return { ...column, notNull: true }
  })
  checkUnique(resolved.map((column) => column.name))
  return { definition: { columns: resolved, primaryKey }, key, schema, catalog, impliedNotNull }
}

function ownColumns(columns: unknown): ReadonlyMap<string, unknown> {
  const isNamed = typeof columns === 'object' && columns !== null && !Array.isArray(columns)
  const own = isNamed ? Object.entries(columns) : []
  if (own.length > 0) return new Map(own)
  const expected = 'an object with at least one column and its type'
  throw new TypeError(`Expected \`columns\` to be ${expected}, got ${describeValue(columns)}`)
}

function resolveKey(
  option: string,
  key: unknown,
  columns: ReadonlyMap<string, unknown> | undefined,
): readonly string[] {
  if (key === undefined) return []
  if (!Array.isArray(key)) {
    throw new TypeError(`Expected \`${option}\` to be an array of column names, got ${describeValue(key)}`)
  }
  const names: string[] = []
  for (const name of key as unknown[]) {
    if (typeof name !== 'string' || columns?.has(name) === false) {
      throw new TypeError(`Expected \`${option}\` to name columns of the table, got ${describeValue(name)}`)
    }
    names.push(name)
  }
  checkUnique(names)
  return names
}

function checkUnique(names: readonly string[]): void {
  const seen = new Set<string>()
  for (const name of names) {
    const folded = foldName(name)
    if (seen.has(folded))
      throw new TypeError(`Expected column names to differ, got ${describeValue(name)} twice`)
    seen.add(folded)
  }
}
