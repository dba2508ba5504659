import { foldName } from '../../protocol/sql.js'
import { quoteName, toVisible } from '../../protocol/visible-text.js'
import { PersistenceError } from '../contract/persistence-error.js'

/** What the columns of a store are for, by the names that they have where a store creates its table. */
type ColumnRole = 'key' | 'value' | 'created_at' | 'updated_at'

/** A column of a store, by the name and type that it has in its table. */
export interface StoreColumn {
  readonly role: ColumnRole
  readonly name: string
  /** As SQL. */
  readonly type: string
}

/** A column of a table that is there. */
export interface FoundColumn {
  readonly name: string
  readonly type: string
}

const timestamp = /^TIMESTAMP(_S|_MS|_NS| WITH TIME ZONE)?$/

const roleTypes: ReadonlyMap<string, RegExp> = new Map([
  ['key', /^VARCHAR$/],
  ['value', /^(JSON|VARCHAR)$/],
  ['created_at', timestamp],
  ['updated_at', timestamp],
] satisfies [ColumnRole, RegExp][])

const plainColumns: readonly StoreColumn[] = [
  { role: 'key', name: 'key', type: 'VARCHAR' },
  { role: 'value', name: 'value', type: 'JSON' },
]

const timestampColumns: readonly StoreColumn[] = [
  { role: 'created_at', name: 'created_at', type: 'TIMESTAMP' },
  { role: 'updated_at', name: 'updated_at', type: 'TIMESTAMP' },
]

/** The columns of a new store. */
export function newStoreColumns(hasTimestamps: boolean): StoreColumn[] {
  return hasTimestamps ? [...plainColumns, ...timestampColumns] : [...plainColumns]
}

/** The columns that a store lacks where it is to have timestamps. */
export function missingTimestamps(columns: readonly StoreColumn[]): StoreColumn[] {
  return timestampColumns.filter(({ role }) => !columns.some((column) => column.role === role))
}

/** Whether a store has times to keep. */
export function hasTimes(columns: readonly StoreColumn[]): boolean {
  return columns.some(({ role }) => role === 'created_at' || role === 'updated_at')
}

/**
 * What the columns of a table are for, in its order.
 *
 * @throws `PERSIST_SCHEMA_MISMATCH`, naming each column that a store has no use for, and each that it lacks.
 */
export function toStoreColumns(table: string, found: readonly FoundColumn[]): StoreColumn[] {
  const columns: StoreColumn[] = []
  const problems: string[] = []
  for (const { name, type } of found) {
    const role = foldName(name)
    const types = roleTypes.get(role)
    if (types === undefined) problems.push(`${quoteName(name)} is no column of a store`)
    else if (!types.test(type)) problems.push(`${quoteName(name)} is of type ${toVisible(type, 200)}`)
    // The keys of the map are the roles.
    else columns.push({ role: role as ColumnRole, name, type })
  }
  for (const { role } of plainColumns) {
    if (!found.some(({ name }) => foldName(name) === role)) problems.push(`\`${role}\` is missing`)
  }
  if (problems.length > 0) refuseTable(table, problems.join(', '))
  return columns
}

/** @throws `PERSIST_SCHEMA_MISMATCH` */
export function refuseTable(table: string, problem: string): never {
  const expected = 'key VARCHAR, value JSON, and perhaps created_at and updated_at TIMESTAMP'
  const message = `The table ${quoteName(table)} cannot become a store (${expected}): ${problem}`
  throw new PersistenceError('PERSIST_SCHEMA_MISMATCH', message)
}
