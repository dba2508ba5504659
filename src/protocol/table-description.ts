import type { ColumnDescriptor, UnwritableColumn } from './column-type.js'
import type { TableRef } from './sql.js'

export interface TableDefinition {
  readonly columns: readonly ColumnDescriptor[]
  /** Columns of the PRIMARY KEY; none when empty. */
  readonly primaryKey: readonly string[]
}

export interface DescribeRequest {
  readonly table: TableRef
  readonly definition?: TableDefinition
  /** The key that was asked for; none when empty. */
  readonly key: readonly string[]
}

export interface TableDescription {
  /** The columns that rows are written to, in the table's order; generated columns are not among them. */
  readonly columns: readonly ColumnDescriptor[]
  /** Columns of types whose values cannot be written: rows do not carry them. */
  readonly unwritable: readonly UnwritableColumn[]
  /** Columns of the table's PRIMARY KEY; none when empty. */
  readonly primaryKey: readonly string[]
  /**
   * Columns of the constraint, or of the index, by which DuckDB itself keeps the key that was asked for. Where none was:
   * those of the PRIMARY KEY, or else of the only UNIQUE. None when empty.
   */
  readonly enforcedKey: readonly string[]
  /**
   * True where DuckDB itself may refuse a row: a CHECK, a FOREIGN KEY, a PRIMARY KEY, a UNIQUE constraint or index; and
   * where rows do not have all that the table has, because a column is unwritable. Absent
   * where that is not known yet, for it takes a look at the constraints of all tables: `constrain` finds out.
   */
  readonly isConstrained?: boolean
}

export interface TableConstraints {
  readonly isConstrained: boolean
  /** The tables that are linked with it by a FOREIGN KEY, in either direction. */
  readonly linked: readonly TableRef[]
}
