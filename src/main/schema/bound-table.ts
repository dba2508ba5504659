import type { ColumnDescriptor } from '../../protocol/column-type.js'
import type { TableDescription } from '../../protocol/requests.js'
import type { TableRef } from '../../protocol/sql.js'
import { BatchAllocator } from '../encode/batch-allocator.js'
import type { BufferPool } from '../encode/buffer-pool.js'
import { EncoderPool } from '../encode/encoder-pool.js'
import type { TableKey } from './table-key.js'

/** A table as `persist()` needs it. Calls share it. */
export interface BoundTable {
  readonly ref: TableRef
  /** As the worker knows them. */
  readonly columns: readonly ColumnDescriptor[]
  /** Columns of the key that `onConflict` is about; none when empty. */
  readonly key: readonly string[]
  /** Whether the worker decides about rows too: the table has a key or constraints. Asked for by the first call. */
  isChecked(): boolean | Promise<boolean>
  readonly encoders: EncoderPool
  readonly allocator: BatchAllocator
}

/**
 * @param key - What rows of the table are told apart by, and whether only this library keeps it.
 * @param askConstraints - Asks whether DuckDB itself may refuse a row, where the description does not say.
 */
export function bindTable(
  ref: TableRef,
  { columns, isConstrained }: TableDescription,
  key: TableKey,
  pool: BufferPool,
  askConstraints: () => Promise<boolean>,
): BoundTable {
  // A key that has no index has no NOT NULL either, where the table was made by others.
  const encoded = columns.map((column) =>
    key.isOurs && key.columns.includes(column.name) ? { ...column, notNull: true } : column,
  )
  // What a DEFAULT gives is known to the worker only.
  const mayLackValue = columns.some(({ notNull, hasDefault }) => notNull && hasDefault)
  const isSurelyChecked = key.columns.length > 0 || mayLackValue || isConstrained === true
  let isChecked: boolean | Promise<boolean> | undefined = isSurelyChecked || isConstrained
  return {
    ref,
    columns,
    key: key.columns,
    isChecked: () => {
      isChecked ??= askConstraints()
      return isChecked
    },
    encoders: new EncoderPool(encoded, key.columns),
    allocator: new BatchAllocator(columns, pool),
  }
}
