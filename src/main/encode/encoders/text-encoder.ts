import { stringEntryBytes } from '../../../protocol/column-type.js'
import { describeValue } from '../../contract/describe-value.js'
import { Batch } from '../batch.js'
import type { ScalarEncoder } from '../column-encoder.js'
import { type EncodeError, encodeError } from '../encode-error.js'
import type { Segment } from '../segment.js'

/** Where values are before there is a batch. */
export const noSegment: Batch = new Batch(new ArrayBuffer(0), {
  capacityRows: 0,
  validityOffsets: [],
  valueOffsets: [],
  heapOffset: 0,
})

/** What the types of strings share: entries of 16 bytes that may point into the batch's heap. */
export abstract class StringEncoder implements ScalarEncoder {
  protected batch: Batch = noSegment
  protected segment: Segment = noSegment
  #base = 0

  attach(segment: Segment, valueOffset: number, batch: Batch): void {
    this.batch = batch
    this.segment = segment
    this.#base = valueOffset
  }

  protected entryOffset(index: number): number {
    return this.#base + index * stringEntryBytes
  }

  abstract write(index: number, value: unknown): EncodeError | undefined

  /** Makes the entry an empty one: its length is looked at. */
  writeNull(index: number): void {
    this.segment.int32[this.entryOffset(index) >> 2] = 0
  }
}

/** VARCHAR: UTF-8. A NUL is a character like others; a lone surrogate is refused, for it would become U+FFFD. */
export class TextEncoder extends StringEncoder {
  override write(row: number, value: unknown): EncodeError | undefined {
    if (typeof value !== 'string')
      return encodeError('type', `expected a string, got ${describeValue(value)}`)
    return this.batch.writeText(this.segment, this.entryOffset(row), value)
  }
}
