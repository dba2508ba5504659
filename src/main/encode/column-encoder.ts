import type { Batch } from './batch.js'
import type { EncodeError } from './encode-error.js'
import type { TextParser } from './parsers/parse-problem.js'
import type { Segment } from './segment.js'

/** Writes the values of one vector into a batch: those of a column, or inside of another. */
export interface ColumnEncoder {
  /**
   * From now on values go into `segment`, the first one at `valueOffset` (bytes, a multiple of 8), and what has no place
   * there into `batch`, which the segment is one of.
   */
  attach(segment: Segment, valueOffset: number, batch: Batch): void
  /**
   * Writes a value that is neither null nor undefined as the one at `index` of its vector.
   *
   * @returns what is wrong with the value when it cannot be stored without loss, `batchFull` when it has no room.
   */
  write(index: number, value: unknown): EncodeError | undefined
  /** Writes what a NULL has besides its mark, where that is anything. */
  writeNull?(index: number): void
}

/** The same for a type whose values have no others inside of them; made of the type. `scalar-encoders.ts` has all. */
export interface ScalarEncoder extends ColumnEncoder {
  /**
   * Reads strings as SQL's cast to the type would, where nothing is lost, for callers who have `parse` on. Absent where
   * `write` takes strings itself, or has no use for them.
   */
  readonly parse?: TextParser
}
