import { type DuckDBAppender, type DuckDBType, type DuckDBValue, timestampValue } from '@duckdb/node-api'

export type Row = Readonly<Record<string, unknown>>

/** A kind of rows, and how the databases that are measured take them. A shape is given rows that it made, and no others. */
export interface Shape {
  /** As it is typed after `--shape`. */
  readonly name: string
  readonly table: string
  /** DuckDB's types, as duckpaddle's definition of a table has them, in the table's order. */
  readonly columns: Readonly<Record<string, string>>
  /** The column that no two rows have the same value in. */
  readonly key: string
  /** Makes the row at an index: the same each time, and of a length that does not depend on where it is. */
  makeRow(index: number): Row
  /** Appends a row, in the fastest form that DuckDB's Appender has for its values, and ends it. */
  append(appender: DuckDBAppender, row: Row): void
  /** What a prepared INSERT into all columns is given, where that takes more than is known of scalars. */
  bind?(row: Row): Bound
  /** The key of a store of keys and values. */
  keyOf(row: Row): string
}

/** What a prepared INSERT is given by DuckDB's bindings: a type for each of the values, or none. */
export interface Bound {
  readonly values: DuckDBValue[]
  readonly types?: DuckDBType[]
}

/** How a column is read back and compared. */
export type ColumnKind = 'integer' | 'float' | 'text' | 'json' | 'timestamp' | 'nested'

const kinds: Readonly<Record<string, ColumnKind>> = {
  SMALLINT: 'integer',
  INTEGER: 'integer',
  UINTEGER: 'integer',
  BIGINT: 'integer',
  FLOAT: 'float',
  DOUBLE: 'float',
  VARCHAR: 'text',
  JSON: 'json',
  TIMESTAMP: 'timestamp',
}

/** The columns of a shape and their kinds, in the table's order. */
export function columnKinds({ columns }: Shape): [name: string, kind: ColumnKind][] {
  return Object.entries(columns).map(([name, definition]) => {
    const kind = isNested(definition) ? 'nested' : kinds[definition.replace(' NOT NULL', '')]
    if (kind === undefined) throw new Error(`Expected a type among ${Object.keys(kinds)}, got ${definition}`)
    return [name, kind]
  })
}

export function isNested(definition: string): boolean {
  return definition.endsWith(']') || definition.startsWith('STRUCT(')
}

/** SQL of a shape's table in DuckDB. */
export function createTable({ table, columns, key }: Shape, hasPrimaryKey = false): string {
  const definitions = Object.entries(columns).map(
    ([name, definition]) => `"${name}" ${definition}${hasPrimaryKey && name === key ? ' PRIMARY KEY' : ''}`,
  )
  return `CREATE TABLE IF NOT EXISTS ${table} (${definitions.join(', ')})`
}

/** SQL of the parameters of an INSERT into all columns. */
export function parameters({ columns }: Shape): string {
  return Object.keys(columns).fill('?').join(', ')
}

/** What a prepared INSERT into all columns is given. */
export function bindRow(shape: Shape, row: Row): Bound {
  if (shape.bind !== undefined) return shape.bind(row)
  const values = Object.entries(shape.columns).map(([name, definition]) => {
    const value = row[name]
    if (value instanceof Date) return timestampValue(BigInt(value.getTime()) * 1000n)
    if (definition === 'JSON') return JSON.stringify(value)
    return definition.startsWith('BIGINT') ? BigInt(Number(value)) : (value as number | string)
  })
  return { values }
}

/** A row by its columns: JSON, and what is nested, as JSON text, a moment in milliseconds. */
export type StoredRow = Readonly<Record<string, string | number>>

/** What a database is to hold of a row. */
export function toStoredRow(columns: ReturnType<typeof columnKinds>, row: Row): StoredRow {
  return Object.fromEntries(columns.map(([name, kind]) => [name, toStored(kind, row[name])]))
}

function toStored(kind: ColumnKind, value: unknown): string | number {
  if (kind === 'json') return JSON.stringify(value)
  if (kind === 'nested') return nestedJson(value)
  if (kind === 'text') return String(value)
  // A store of JSON has the text of a Date.
  if (kind === 'timestamp') return (value instanceof Date ? value : new Date(String(value))).getTime()
  return Number(value)
}

/** JSON text of a nested value, in which a typed array is an array. */
export function nestedJson(value: unknown): string {
  return JSON.stringify(value instanceof Float32Array ? Array.from(value) : value)
}

/** The first rows one by one, none of which is kept. */
export function* generateRows(shape: Shape, count: number): Generator<Row> {
  for (let index = 0; index < count; index++) yield shape.makeRow(index)
}
