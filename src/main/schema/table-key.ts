import type { TableDescription } from '../../protocol/table-description.js'
import { quoteName } from '../../protocol/visible-text.js'
import { PersistenceError } from '../contract/persistence-error.js'

/** What the rows of a table are told apart by. */
export interface TableKey {
  /** None when empty. */
  readonly columns: readonly string[]
  /** True where DuckDB has no constraint for it, and only `persist()` keeps it. */
  readonly isOurs: boolean
}

/**
 * The key that was asked for; else the PRIMARY KEY; else the only UNIQUE constraint. Several of them are no key, for
 * nobody could tell which one a conflict is about.
 *
 * @throws `PERSIST_SCHEMA_MISMATCH` if the table lacks a column of the key that was asked for.
 */
export function resolveTableKey(
  table: string,
  wanted: readonly string[],
  { columns, enforcedKey }: TableDescription,
): TableKey {
  const missing = wanted.find((name) => !columns.some((column) => column.name === name))
  if (missing !== undefined) {
    const message = `The table ${quoteName(table)} has no column ${quoteName(missing)} for its key`
    throw new PersistenceError('PERSIST_SCHEMA_MISMATCH', message)
  }
  const isOurs = wanted.length > 0 && enforcedKey.length === 0
  return { columns: isOurs ? wanted : enforcedKey, isOurs }
}

export function isSameSet(left: readonly string[], right: readonly string[]): boolean {
  return left.length === right.length && left.every((name) => right.includes(name))
}
