import type { ColumnDefinitions, KeyOptions } from './table-definition.js'
import type { ColumnShape, Shape } from './type-shape.js'

/** What stands in an error of the compiler beside a definition that is of no type. */
interface NoTypeOfDuckDB<Text> {
  readonly noTypeOfDuckDB: Text
}

/** The texts in a shape that are no types. */
type Misspelt<Of> =
  Of extends Shape<'misspelt', infer Text>
    ? Text
    : Of extends Shape<'list', infer Item>
      ? Misspelt<Item>
      : Of extends Shape<'struct' | 'union', infer Fields>
        ? { [Name in keyof Fields]: Misspelt<Fields[Name]> }[keyof Fields]
        : Of extends Shape<'map', readonly [infer Key, infer Value]>
          ? Misspelt<Key> | Misspelt<Value>
          : never

/**
 * Columns whose definitions are of types of DuckDB's, as far as that can be seen in a text; what is computed is checked
 * when it is there.
 */
type CheckedColumns<Columns extends ColumnDefinitions> = {
  readonly [Name in keyof Columns]: [Misspelt<ColumnShape<Columns[Name]>>] extends [never]
    ? Columns[Name]
    : NoTypeOfDuckDB<Misspelt<ColumnShape<Columns[Name]>>>
}

/**
 * What `table()` takes: the options of `TableOptions`, or those of `KeyOptions` where the table must be there.
 *
 * @typeParam Row - Where the caller says what the rows are, instead of columns.
 */
export interface CheckedDefinition<Row, Columns extends ColumnDefinitions, Key extends string>
  extends Pick<KeyOptions, 'schema' | 'catalog'> {
  /**
   * The columns, at least one: a DuckDB type, and `NOT NULL` where a value is required.
   *
   * @see https://duckdb.org/docs/stable/sql/data_types/overview
   */
  readonly columns?: CheckedColumns<Columns> | undefined
  /**
   * Columns that tell the rows apart. Every `persist()` keeps them unique and not NULL, with no index in the database:
   * an index costs more than the rest of a write. Other writers are not bound by it.
   *
   * @defaultValue the PRIMARY KEY, or the only UNIQUE constraint, of the table
   */
  readonly key?: readonly (Key | NameIn<NoInfer<Row>>)[] | undefined
  /**
   * Columns of a DuckDB PRIMARY KEY, which makes them NOT NULL. Its index costs more than the rest of a write, and
   * holds for every writer.
   *
   * @defaultValue none
   */
  readonly primaryKey?: readonly Key[] | undefined
}

type NameIn<Row> = [Row] extends [never] ? never : keyof Row & string
