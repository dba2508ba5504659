import type { DuckDBAppender, DuckDBValue } from '@duckdb/node-api'

/** A kind of rows, and how each of the databases that are measured takes them. */
export interface Shape<Row extends object> {
  /** As it is typed after `--shape`. */
  readonly name: string
  readonly table: string
  /** DuckDB's types, as duckpaddle's definition of a table has them, in the table's order. */
  readonly columns: Readonly<Record<keyof Row & string, string>>
  /** The column that no two rows have the same value in. */
  readonly key: keyof Row & string
  /** Makes the row at an index: the same each time, and of a length that does not depend on where it is. */
  makeRow(index: number): Row
  /** Appends a row, in the fastest form that DuckDB's Appender has for its values, and ends it. */
  append(appender: DuckDBAppender, row: Row): void
  /** What a prepared INSERT into all columns is given. */
  bind(row: Row): DuckDBValue[]
  /** The key of a store of keys and values. */
  keyOf(row: Row): string
  /** What an INSERT into SQLite's table is given; a moment is a number of milliseconds there. */
  bindSqlite(row: Row): (string | number)[]
}

/** The names of the columns of a shape, in the table's order. */
export function columnNames<Row extends object>(shape: Shape<Row>): readonly (keyof Row & string)[] {
  // What Object.keys() says of an object whose keys are known: it has no others, for a shape writes it down.
  return Object.keys(shape.columns) as (keyof Row & string)[]
}

export function makeRows<Row extends object>(shape: Shape<Row>, count: number): Row[] {
  return Array.from({ length: count }, (_, index) => shape.makeRow(index))
}

/** The same rows one by one, none of which is kept. */
export function* generateRows<Row extends object>(shape: Shape<Row>, count: number): Generator<Row> {
  for (let index = 0; index < count; index++) yield shape.makeRow(index)
}
