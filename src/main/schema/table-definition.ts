import type { TableDefinition } from '../../protocol/requests.js'
import { describeValue } from '../describe-value.js'
import { checkNames } from '../options/check-option.js'
import { parseColumn } from './parse-column-type.js'

/** Column names and their types, such as `{ id: 'BIGINT NOT NULL', name: 'VARCHAR' }`, in the table's order. */
export type ColumnDefinitions = Readonly<Record<string, string>>

/** What `table()` creates if it is missing, and checks if it is there. */
export interface TableOptions<Columns extends ColumnDefinitions = ColumnDefinitions> {
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

/** Checks the name of a table or column: any characters but NUL, at least one. */
export function checkName(what: string, name: unknown): void {
  if (typeof name !== 'string')
    throw new TypeError(`Expected ${what} to be a string, got ${describeValue(name)}`)
  if (name !== '' && !name.includes('\0') && name.isWellFormed()) return
  throw new TypeError(
    `Expected ${what} to have characters, all of them Unicode but NUL, got ${describeValue(name)}`,
  )
}

/** @throws TypeError; `PERSIST_SCHEMA_MISMATCH` for a column type that cannot be written. */
export function resolveTableOptions(options: TableOptions): TableDefinition {
  checkNames('the definition of a table', options, ['columns', 'primaryKey'])
  const { columns, primaryKey = [] } = options
  if (typeof columns !== 'object' || columns === null || Object.keys(columns).length === 0) {
    throw new TypeError(`Expected \`columns\` to name at least one column, got ${describeValue(columns)}`)
  }
  const resolved = Object.entries(columns).map(([name, definition]) => {
    checkName('the name of a column', name)
    const column = parseColumn(name, definition)
    return primaryKey.includes(name) ? { ...column, notNull: true } : column
  })
  checkUnique(resolved.map((column) => column.name))
  checkKey(primaryKey, columns)
  return { columns: resolved, primaryKey }
}

function checkKey(primaryKey: unknown, columns: ColumnDefinitions): void {
  if (!Array.isArray(primaryKey)) {
    throw new TypeError(
      `Expected \`primaryKey\` to be an array of column names, got ${describeValue(primaryKey)}`,
    )
  }
  const stranger = primaryKey.find((name) => typeof name !== 'string' || !Object.hasOwn(columns, name))
  if (stranger !== undefined) {
    throw new TypeError(
      `Expected \`primaryKey\` to name columns of the table, got ${describeValue(stranger)}`,
    )
  }
  checkUnique(primaryKey)
}

/** DuckDB ignores the case of names. */
function checkUnique(names: readonly string[]): void {
  const seen = new Set<string>()
  for (const name of names) {
    const lower = name.toLowerCase()
    if (seen.has(lower))
      throw new TypeError(`Expected column names to differ, got ${describeValue(name)} twice`)
    seen.add(lower)
  }
}
