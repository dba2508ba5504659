import { stringEntryBytes } from '../../../protocol/column-type.js'
import { describeValue } from '../../contract/describe-value.js'
import { Batch } from '../batch.js'
import type { ColumnEncoder } from '../column-encoder.js'
import { type EncodeError, encodeError } from '../encode-error.js'

const noBatch = new Batch(new ArrayBuffer(0), {
  capacityRows: 0,
  validityOffsets: [],
  valueOffsets: [],
  heapOffset: 0,
})

/** What the types of strings share: entries of 16 bytes that may point into the batch's heap. */
export abstract class StringEncoder implements ColumnEncoder {
  protected batch: Batch = noBatch
  #base = 0

  attach(batch: Batch, valueOffset: number): void {
    this.batch = batch
    this.#base = valueOffset
  }

  protected entryOffset(row: number): number {
    return this.#base + row * stringEntryBytes
  }

  abstract write(row: number, value: unknown): EncodeError | undefined
}

/** VARCHAR: UTF-8. A NUL is a character like others; a lone surrogate is refused, for it would become U+FFFD. */
export class TextEncoder extends StringEncoder {
  override write(row: number, value: unknown): EncodeError | undefined {
    if (typeof value !== 'string')
      return encodeError('type', `expected a string, got ${describeValue(value)}`)
    return this.batch.writeText(this.entryOffset(row), value)
  }
}
