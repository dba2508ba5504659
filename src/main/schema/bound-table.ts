import type { ColumnDescriptor } from '../../protocol/column-type.js'
import type { TableDescription } from '../../protocol/requests.js'
import type { TableRef } from '../../protocol/sql.js'
import { BatchAllocator } from '../encode/batch-allocator.js'
import type { BufferPool } from '../encode/buffer-pool.js'
import { EncoderPool } from '../encode/encoder-pool.js'
import type { TableKey } from './table-key.js'

/** A table as `persist()` needs it. Calls share it. */
export class BoundTable {
  readonly ref: TableRef
  /** As the worker knows them. */
  readonly columns: readonly ColumnDescriptor[]
  /** Columns of the key that `onConflict` is about; none when empty. */
  readonly key: readonly string[]
  readonly encoders: EncoderPool
  readonly allocator: BatchAllocator
  #isChecked: boolean | undefined

  /** @param key - What rows of the table are told apart by, and whether only this library keeps it. */
  constructor(ref: TableRef, { columns, isConstrained }: TableDescription, key: TableKey, pool: BufferPool) {
    this.ref = ref
    this.columns = columns
    this.key = key.columns
    // A key that has no index has no NOT NULL either, where the table was made by others.
    const encoded = columns.map((column) =>
      key.isOurs && key.columns.includes(column.name) ? { ...column, notNull: true } : column,
    )
    this.encoders = new EncoderPool(encoded, key.columns)
    this.allocator = new BatchAllocator(columns, pool)
    // What a DEFAULT gives is known to the worker only.
    const mayLackValue = columns.some(({ notNull, hasDefault }) => notNull && hasDefault)
    this.#isChecked = key.columns.length > 0 || mayLackValue || isConstrained
  }

  /** Whether the worker decides about rows too: the table has a key or constraints, or that is not known yet. */
  get isChecked(): boolean {
    return this.#isChecked ?? true
  }

  /** The worker has looked for constraints. */
  learn(isConstrained: boolean): void {
    this.#isChecked ??= isConstrained
  }
}
