import type { VectorNode } from '../../../protocol/batch-shape.js'
import { formatColumnType } from '../../../protocol/column-type.js'
import { describeValue } from '../../contract/describe-value.js'
import type { Batch } from '../batch.js'
import type { ColumnEncoder } from '../column-encoder.js'
import { type EncodeError, encodeError } from '../encode-error.js'
import { noSegment } from '../encoders/text-encoder.js'
import { NumberCopier } from '../number-copier.js'
import type { Segment } from '../segment.js'

/** Writes a vector inside of another: its values, and NULL. */
export class VectorWriter {
  readonly node: VectorNode
  readonly encoder: ColumnEncoder
  /** As SQL. */
  readonly type: string
  /** Writes many values at once. */
  readonly numbers: NumberCopier
  #segment: Segment = noSegment

  constructor(node: VectorNode, encoder: ColumnEncoder) {
    this.node = node
    this.encoder = encoder
    this.type = formatColumnType(node.type)
    this.numbers = new NumberCopier(node.type.name)
  }

  attach(batch: Batch): void {
    const { segment } = this.node
    this.#segment = segment === 0 ? batch : (batch.items[segment - 1] ?? batch)
    const valueOffset = this.#segment.layout.valueOffsets[this.node.place] ?? 0
    this.encoder.attach(this.#segment, valueOffset, batch)
    this.numbers.attach(this.#segment, valueOffset)
  }

  write(index: number, value: unknown): EncodeError | undefined {
    if (value === null) {
      this.writeNull(index)
      return undefined
    }
    // A hole is no NULL, nor is what a calculation has left undefined.
    if (value === undefined) {
      return encodeError('type', `expected a value or null, got ${describeValue(value)}`)
    }
    return this.encoder.write(index, value)
  }

  writeNull(index: number): void {
    this.#segment.markNull(this.node.place, index)
    this.encoder.writeNull?.(index)
  }
}
