import type { ColumnDescriptor } from '../../protocol/column-type.js'
import { foldRef, type TableRef } from '../../protocol/sql.js'
import type { TableConstraints, TableDescription } from '../../protocol/table-description.js'
import { quoteName } from '../../protocol/visible-text.js'
import type { OnConflict } from '../../protocol/write-requests.js'
import { BatchAllocator } from '../encode/batch-allocator.js'
import type { BufferPool } from '../encode/buffer-pool.js'
import { EncoderPool } from '../encode/encoder-pool.js'
import { scopeOf, type WriteScope, type WriteTable } from '../scheduling/write-scope.js'
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
  /** The same for all tables that `table()` has returned and that rows are encoded alike for. */
  readonly signature: string
  /** What a call of `persist()` is called in messages. */
  readonly callName: string
  /** While the worker looks for constraints. */
  learning: Promise<void> | undefined
  readonly #folded: string
  #isChecked: boolean | undefined
  #linked: readonly string[] | undefined
  /** Of calls whose rows are at hand, once all is known. */
  #learnedScope: WriteScope | undefined

  /**
   * @param key - What rows of the table are told apart by, and whether only this library keeps it.
   * @param primaryKey - Of its definition, where it has one: SQLite would take NULL.
   */
  constructor(
    ref: TableRef,
    description: TableDescription,
    key: TableKey,
    pool: BufferPool,
    primaryKey: readonly string[],
  ) {
    const { columns, unwritable, isConstrained } = description
    const isNullable = (name: string) => columns.some((column) => column.name === name && !column.notNull)
    const required = [...(key.isOurs ? key.columns : []), ...primaryKey.filter(isNullable)]
    this.ref = ref
    this.columns = columns
    this.key = key.columns
    this.signature = JSON.stringify([foldRef(ref), key, columns, unwritable, required])
    this.callName = `persist() to ${quoteName(ref.name)}`
    this.#folded = foldRef(ref)
    // A key that has no index has no NOT NULL either, where the table was made by others; and it is looked for with the
    // values that rows have here.
    const encoded = columns.map((column) =>
      required.includes(column.name)
        ? { ...column, notNull: true, hasDefault: column.hasDefault && column.isGivenByServer !== true }
        : column,
    )
    this.encoders = new EncoderPool(encoded, key.columns, unwritable)
    this.allocator = new BatchAllocator(columns, pool)
    // What a DEFAULT gives is known to the worker only.
    const mayLackValue = columns.some(({ notNull, hasDefault }) => notNull && hasDefault)
    this.#isChecked = key.columns.length > 0 || mayLackValue || isConstrained
  }

  /** Whether the worker decides about rows too: the table has a key or constraints, or that is not known yet. */
  get isChecked(): boolean {
    return this.#isChecked ?? true
  }

  /** @throws TypeError for an `onConflict` that takes a key, where the table has none. */
  checkConflict(onConflict: OnConflict): void {
    if (onConflict === 'error' || this.key.length > 0) return
    throw new TypeError(`Expected \`onConflict: '${onConflict}'\` for a table with a key only`)
  }

  /** What a call on it writes and looks at, as far as that is known. @param isAtHand - Whether its rows are all there. */
  scopeOf(isAtHand: boolean): WriteScope {
    if (!isAtHand || !this.isLearned) return scopeOf(this.#visible, isAtHand)
    this.#learnedScope ??= scopeOf(this.#visible, true)
    return this.#learnedScope
  }

  get #visible(): WriteTable {
    return { table: this.#folded, isChecked: this.isChecked, linked: this.#linked }
  }

  /** Whether all is known that calls have to wait for each other for. */
  get isLearned(): boolean {
    return this.#linked !== undefined
  }

  /** The worker has looked for constraints. */
  learn({ isConstrained, linked }: TableConstraints): void {
    this.#isChecked ??= isConstrained
    this.#linked = linked.map(foldRef)
  }
}
