import { type ColumnDescriptor, formatColumnType } from '../../protocol/column-type.js'
import type { TableDefinition, TableDescription } from '../../protocol/requests.js'
import { PersistenceError } from '../errors/persistence-error.js'

/** @throws `PERSIST_SCHEMA_MISMATCH`, with every difference, if the table is not what its definition says. */
export function checkSchema(table: string, definition: TableDefinition, actual: TableDescription): void {
  const differences: string[] = []
  const actualColumns = new Map(actual.columns.map((column) => [column.name, column]))
  for (const expected of definition.columns) {
    const column = actualColumns.get(expected.name)
    actualColumns.delete(expected.name)
    if (column === undefined) differences.push(`it has no column \`${expected.name}\``)
    else if (format(column) !== format(expected)) {
      differences.push(`it has ${format(column)}, not ${format(expected)}`)
    }
  }
  for (const column of actualColumns.values()) differences.push(`it also has ${format(column)}`)
  const keys = [definition.primaryKey, actual.primaryKey].map((key) => key.join(', '))
  if (keys[0] !== keys[1]) {
    differences.push(
      `its primary key is (${actual.primaryKey.join(', ')}), not (${definition.primaryKey.join(', ')})`,
    )
  }
  if (differences.length === 0) return
  throw new PersistenceError(
    'PERSIST_SCHEMA_MISMATCH',
    `The table \`${table}\` is not as it is defined: ${differences.join('; ')}`,
  )
}

function format({ name, type, notNull }: ColumnDescriptor): string {
  return `\`${name}\` ${formatColumnType(type)}${notNull ? ' NOT NULL' : ''}`
}
