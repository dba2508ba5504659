import { type ColumnDescriptor, formatColumnType } from '../../protocol/column-type.js'
import type { TableDefinition, TableDescription } from '../../protocol/table-description.js'
import { quoteName, toVisible } from '../../protocol/visible-text.js'
import { PersistenceError } from '../contract/persistence-error.js'
import type { ResolvedTableOptions } from './table-definition.js'
import { isSameSet } from './table-key.js'

/** @throws `PERSIST_SCHEMA_MISMATCH`, with every difference, if the table is not what its definition says. */
export function checkSchema(
  table: string,
  definition: TableDefinition,
  { key, impliedNotNull }: ResolvedTableOptions,
  actual: TableDescription,
): void {
  const differences: string[] = []
  const actualColumns = new Map(actual.columns.map((column) => [column.name, column]))
  for (const expected of definition.columns) {
    const column = actualColumns.get(expected.name)
    actualColumns.delete(expected.name)
    if (column === undefined) differences.push(`it has no column ${quoteName(expected.name)}`)
    else if (format(column) !== format(expected) && !isNullableKey(column, expected, impliedNotNull)) {
      differences.push(`it has ${describe(column)}, not ${describe(expected)}`)
    }
  }
  for (const { name, type } of actual.unwritable) {
    differences.push(`it also has ${quoteName(name)} ${toVisible(type, 200)}`)
  }
  for (const column of actualColumns.values()) differences.push(`it also has ${describe(column)}`)
  // A key that DuckDB keeps as well is no less kept.
  const isKeptTwice = key.length > 0 && isSameSet(key, actual.primaryKey)
  if (!isKeptTwice && definition.primaryKey.join() !== actual.primaryKey.join()) {
    differences.push(
      `its primary key is ${describeKey(actual.primaryKey)}, not ${describeKey(definition.primaryKey)}`,
    )
  }
  if (differences.length === 0) return
  throw new PersistenceError(
    'PERSIST_SCHEMA_MISMATCH',
    `The table ${quoteName(table)} is not as it is defined: ${differences.join('; ')}`,
  )
}

/** A column of a key that only this library keeps may have been made nullable by those who made the table. */
function isNullableKey(
  actual: ColumnDescriptor,
  expected: ColumnDescriptor,
  impliedNotNull: readonly string[],
): boolean {
  return impliedNotNull.includes(actual.name) && format({ ...actual, notNull: true }) === format(expected)
}

function format({ name, type, notNull }: ColumnDescriptor): string {
  return `${name} ${formatColumnType(type)}${notNull ? ' NOT NULL' : ''}`
}

function describe({ name, type, notNull }: ColumnDescriptor): string {
  // An ENUM may have any number of members.
  return `${quoteName(name)} ${toVisible(formatColumnType(type), 200)}${notNull ? ' NOT NULL' : ''}`
}

function describeKey(columns: readonly string[]): string {
  return columns.length === 0 ? 'none' : `(${columns.map(quoteName).join(', ')})`
}
