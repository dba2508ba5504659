import { isTypedArray } from 'node:util/types'
import type { Batch } from './batch.js'
import { batchFull } from './encode-error.js'
import { lengthOf } from './own-slots.js'
import { type RowColumn, writeColumn } from './row-column.js'

/** The rows of a block, by their places in the arrays of their columns. */
interface Block {
  readonly first: number
  readonly count: number
}

/** Why a block is not written: a smaller one may be, or its rows are to be encoded one by one. */
export type BlockProblem = 'batch-full' | 'bad-row'

/**
 * Writes rows column by column: all of them, or none where there is anything about one.
 *
 * @param values - Of each column that the rows carry.
 * @returns why they are not written.
 */
export function encodeBlock(
  batch: Batch,
  columns: readonly RowColumn[],
  values: ReadonlyMap<string, ArrayLike<unknown>>,
  block: Block,
  isUpdate: boolean,
): BlockProblem | undefined {
  batch.startRow()
  const mark = batch.mark()
  // They count from now on, so that they can be taken back.
  batch.rows += block.count
  try {
    for (const column of columns) {
      const given = values.get(column.name)
      if (given !== undefined && copyAll(column, given, block, mark.rows)) continue
      for (let index = 0; index < block.count; index++) {
        const value = given?.[block.first + index]
        const problem = writeColumn(batch, column, mark.rows + index, value, isUpdate)
        if (problem === undefined) continue
        batch.rewind(mark)
        return problem === batchFull ? 'batch-full' : 'bad-row'
      }
    }
    return undefined
  } catch {
    // Code of a value has thrown, which is asked again.
    batch.rewind(mark)
    return 'bad-row'
  }
}

/** Copies the numbers of a column as memory; false where that cannot be. */
function copyAll(
  { numbers }: RowColumn,
  given: ArrayLike<unknown>,
  { first, count }: Block,
  row: number,
): boolean {
  if (!isTypedArray(given)) return false
  const part = given.subarray(first, first + count) as NodeJS.TypedArray
  // A subclass may make of itself what it likes.
  return isTypedArray(part) && lengthOf(part) === count && numbers.copy(row, part)
}
