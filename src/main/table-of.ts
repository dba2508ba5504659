import type { OnConflict } from '../protocol/write-requests.js'
import type { KeyNeeded } from './contract/persist-options.js'
import type { AnyRow, ReadRow, WrittenRow } from './schema/row-types.js'
import type { ColumnDefinitions } from './schema/table-definition.js'
import type { Table } from './table.js'

/**
 * The table that `table()` resolves to: of the rows that its caller names, or else of those that its columns make.
 *
 * What is compared is in an object, for TypeScript to decide it where the columns are those of a generic function, too.
 */
export type TableOf<Row extends object, Columns extends ColumnDefinitions, Key extends string> = {
  readonly of: Row
} extends { readonly of: never }
  ? { readonly of: Columns } extends { readonly of: never }
    ? Table<AnyRow>
    : Table<WrittenRow<Columns, Key>, ReadRow<Columns, Key>, ConflictsOf<Columns, Key>>
  : Table<Row, Row>

/** Whether it has a key is known where its columns are: those that are computed may have one in the database. */
type ConflictsOf<Columns extends ColumnDefinitions, Key extends string> = string extends keyof Columns
  ? OnConflict
  : [Key] extends [never]
    ? KeyNeeded
    : OnConflict
