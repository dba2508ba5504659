import { type ColumnKind, columnKind } from './column-kind.js'
import { columnNames, type Shape } from './shape.js'

/** SQL of a shape's table in DuckDB. */
export function createTable<Row extends object>(shape: Shape<Row>, { hasPrimaryKey = false } = {}): string {
  const columns = columnNames(shape).map((name) => {
    const isPrimaryKey = hasPrimaryKey && name === shape.key
    return `"${name}" ${shape.columns[name]}${isPrimaryKey ? ' PRIMARY KEY' : ''}`
  })
  return `CREATE TABLE IF NOT EXISTS ${shape.table} (${columns.join(', ')})`
}

const sqliteTypes: Readonly<Record<ColumnKind, string>> = {
  integer: 'INTEGER',
  float: 'REAL',
  text: 'TEXT',
  json: 'TEXT',
  timestamp: 'INTEGER',
}

/** SQL of a shape's table in SQLite. */
export function createSqliteTable<Row extends object>(shape: Shape<Row>): string {
  const columns = columnNames(shape).map(
    (name) => `"${name}" ${sqliteTypes[columnKind(shape.columns[name])]}`,
  )
  return `CREATE TABLE IF NOT EXISTS ${shape.table} (${columns.join(', ')})`
}

/** SQL that inserts one row into all columns, in DuckDB as in SQLite. */
export function insertInto<Row extends object>(shape: Shape<Row>): string {
  const parameters = columnNames(shape).map(() => '?')
  return `INSERT INTO ${shape.table} VALUES (${parameters.join(', ')})`
}
