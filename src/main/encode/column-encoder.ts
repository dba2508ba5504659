import type { Batch } from './batch.js'
import type { EncodeError } from './encode-error.js'

/**
 * Writes the values of one column into a batch.
 *
 * A new type adds one of these, which says how a value is checked and written, its line in `column-types.ts`, and its
 * line in `create-column-encoder.ts`, which the compiler asks for.
 */
export interface ColumnEncoder {
  /** From now on values go into `batch`, the column's first one at `valueOffset` (bytes, a multiple of 8). */
  attach(batch: Batch, valueOffset: number): void
  /**
   * Writes a value that is neither null nor undefined at `row`.
   *
   * @returns what is wrong with the value when it cannot be stored without loss, `batchFull` when it has no room.
   */
  write(row: number, value: unknown): EncodeError | undefined
}
