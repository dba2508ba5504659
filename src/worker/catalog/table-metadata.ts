import type { TableDescription } from '../../protocol/table-description.js'
import type { ViolationCode } from '../../protocol/violation.js'
import type { Capabilities } from './capabilities.js'

/** Something that DuckDB demands of the rows of a table. Expressions are SQL over the table's columns. */
export interface Constraint {
  readonly code: ViolationCode
  /** As DuckDB writes it. */
  readonly text: string
  /** The columns that it is about, as far as they are known. */
  readonly columns: readonly string[]
  /** For a FOREIGN KEY to the table that is written to: whose it is. */
  readonly referringTable?: string
}

export interface NotNull extends Constraint {
  readonly code: 'not-null'
}

export interface Check extends Constraint {
  readonly code: 'check'
  /** True for the rows that keep it, whatever fails to be computed for the others. */
  readonly condition: string
  /** The same, for an expression that TRY does not take: it fails where it cannot be computed. */
  readonly volatileCondition: string
}

export interface ForeignKey extends Constraint {
  readonly code: 'foreign-key'
  readonly referencedTable: string
  readonly referencedColumns: readonly string[]
}

/** The FOREIGN KEY of another table, or of the table itself, to its rows: it binds those that are referred to. */
export interface Reference extends Constraint {
  readonly code: 'foreign-key'
  readonly referringTable: string
  readonly referringColumns: readonly string[]
  /** Expressions over the referring table, and over the table that is referred to. */
  readonly referringKey: readonly string[]
  readonly referencedKey: readonly string[]
}

/** No two rows have the same values, none of which is NULL. */
export interface Unique extends Constraint {
  readonly code: 'duplicate-key' | 'unique'
  readonly expressions: readonly string[]
}

export interface GeneratedColumn {
  readonly name: string
  readonly expression: string
}

/** A table as writing to it must know it. */
export interface TableMetadata extends Omit<TableDescription, 'enforcedKey'> {
  readonly capabilities: Capabilities
  readonly isConstrained: boolean
  /** Columns of each UNIQUE constraint or index that is on columns alone. */
  readonly uniqueKeys: readonly (readonly string[])[]
  /** SQL of the DEFAULT of each column that has one. */
  readonly defaults: ReadonlyMap<string, string>
  /** The columns that have a value of the server where an INSERT leaves them out. */
  readonly given: ReadonlySet<string>
  readonly generated: readonly GeneratedColumn[]
  readonly notNulls: readonly NotNull[]
  readonly checks: readonly Check[]
  readonly foreignKeys: readonly ForeignKey[]
  /** The PRIMARY KEY first. */
  readonly uniques: readonly Unique[]
  readonly hasIndex: boolean
  /** The FOREIGN KEYs to this table. */
  readonly references: readonly Reference[]
  /** The columns that DuckDB changes by deleting the row and inserting it again. */
  readonly rewriting: readonly string[]
}
