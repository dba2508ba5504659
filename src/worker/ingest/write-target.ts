import type { ColumnDescriptor } from '../../protocol/column-type.js'
import { foldName, qualify, quoteIdentifier, type TableRef } from '../../protocol/sql.js'
import type { OnConflict, WriterRequest } from '../../protocol/write-requests.js'
import { toKeyExpression } from '../catalog/key-expression.js'
import type { TableMetadata, Unique } from '../catalog/table-metadata.js'
import type { TemporaryTables } from './temporary-tables.js'

/** What a transaction writes to, and what it does about a key that is taken. */
export interface WriteTarget {
  readonly ref: TableRef
  /** As it is written in SQL. */
  readonly table: string
  /** The same where it is only looked at. */
  readonly source: string
  readonly metadata: TableMetadata
  readonly columns: readonly ColumnDescriptor[]
  readonly onConflict: OnConflict
  /** What `onConflict` is about. */
  readonly key: Unique | undefined
  /** Everything else that no two rows may share; enforced by DuckDB. */
  readonly otherUniques: readonly Unique[]
  readonly temporaries: TemporaryTables
  /** True where rows can be told by their `rowid`: no column has that name, and none were added before. */
  readonly hasRowId: boolean
}

/** @param ref - Its table as it is written to. */
export function createWriteTarget(
  request: WriterRequest,
  ref: TableRef,
  metadata: TableMetadata,
  temporaries: TemporaryTables,
): WriteTarget {
  const enforced = metadata.uniques.find(({ columns, expressions }) =>
    isSameSet(columns, expressions, request.key),
  )
  const ours: Unique = {
    code: 'duplicate-key',
    text: `KEY(${request.key.join(', ')})`,
    columns: request.key,
    expressions: request.key.map((name) => toColumnKey(metadata, name)),
  }
  const key = request.key.length === 0 ? undefined : (enforced ?? ours)
  return {
    ref,
    table: qualify(ref),
    source: qualify(request.table),
    temporaries,
    metadata,
    columns: metadata.columns,
    onConflict: request.onConflict,
    key,
    otherUniques: metadata.uniques.filter((unique) => unique !== key),
    hasRowId: metadata.capabilities.hasRowId && !hasColumn(metadata, 'rowid'),
  }
}

function hasColumn({ columns, unwritable, generated }: TableMetadata, folded: string): boolean {
  return [...columns, ...unwritable, ...generated].some(({ name }) => foldName(name) === folded)
}

/** A column, in whatever case, or another of the same type, as keys are compared. */
export function toColumnKey(metadata: TableMetadata, column: string, name: string = column): string {
  const described = metadata.columns.find((other) => foldName(other.name) === foldName(column))
  return toKeyExpression(quoteIdentifier(name), described?.type)
}

/** An index on an expression has fewer columns than expressions, and is never what a key means. */
function isSameSet(
  columns: readonly string[],
  expressions: readonly string[],
  key: readonly string[],
): boolean {
  if (columns.length !== key.length || columns.length !== expressions.length) return false
  return columns.every((name) => key.includes(name))
}
