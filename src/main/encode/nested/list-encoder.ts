import { isTypedArray } from 'node:util/types'
import { describeValue } from '../../contract/describe-value.js'
import type { Batch } from '../batch.js'
import type { ColumnEncoder } from '../column-encoder.js'
import { type EncodeError, encodeError } from '../encode-error.js'
import type { Segment } from '../segment.js'
import { inside } from './inside.js'
import { ItemWriter } from './item-writer.js'
import type { VectorWriter } from './vector-writer.js'

/** LIST: an entry that has the length, and the items one after the other in a segment of their own. */
export class ListEncoder implements ColumnEncoder {
  readonly #items: ItemWriter
  readonly #item: VectorWriter

  constructor(item: VectorWriter) {
    this.#item = item
    this.#items = new ItemWriter([item], item.node.segment)
  }

  attach(segment: Segment, valueOffset: number, batch: Batch): void {
    this.#items.attach(segment, valueOffset, batch)
  }

  write(index: number, value: unknown): EncodeError | undefined {
    const items = this.#items
    items.begin(index)
    if (Array.isArray(value)) {
      // Once: a proxy may have another one each time.
      const { length } = value
      for (let position = 0; position < length; position++) {
        const problem = items.addRoom() ?? this.#item.write(items.last, value[position])
        if (problem !== undefined) return inside(`[${position}]`, this.#item.type, problem)
      }
    } else if (isTypedArray(value)) {
      const problem = items.addNumbers(this.#item, value)
      if (problem !== undefined) return problem
    } else return encodeError('type', `expected an array, got ${describeValue(value)}`)
    items.end(index)
    return undefined
  }

  writeNull(index: number): void {
    this.#items.begin(index)
    this.#items.end(index)
  }
}
