import { isTypedArray } from 'node:util/types'
import { describeValue } from '../../contract/describe-value.js'
import type { Batch } from '../batch.js'
import type { ColumnEncoder } from '../column-encoder.js'
import { type EncodeError, encodeError } from '../encode-error.js'
import { lengthOf } from '../own-slots.js'
import type { Segment } from '../segment.js'
import { inside } from './inside.js'
import type { VectorWriter } from './vector-writer.js'
import { findNumbersProblem, writeNumbers } from './write-numbers.js'

/** ARRAY: nothing but its items, so many for each value. */
export class ArrayEncoder implements ColumnEncoder {
  readonly #item: VectorWriter
  readonly #length: number

  constructor(item: VectorWriter, length: number) {
    this.#item = item
    this.#length = length
  }

  attach(_segment: Segment, _valueOffset: number, batch: Batch): void {
    this.#item.attach(batch)
  }

  write(index: number, value: unknown): EncodeError | undefined {
    const first = index * this.#length
    if (isTypedArray(value)) {
      const problem = findNumbersProblem(value) ?? this.#checkLength(lengthOf(value))
      return problem ?? writeNumbers(this.#item, value, first)
    }
    if (!Array.isArray(value)) return encodeError('type', `expected an array, got ${describeValue(value)}`)
    const wrongLength = this.#checkLength(value.length)
    if (wrongLength !== undefined) return wrongLength
    for (let position = 0; position < this.#length; position++) {
      const problem = this.#item.write(first + position, value[position])
      if (problem !== undefined) return inside(`[${position}]`, this.#item.type, problem)
    }
    return undefined
  }

  writeNull(index: number): void {
    const first = index * this.#length
    for (let position = 0; position < this.#length; position++) this.#item.writeNull(first + position)
  }

  #checkLength(length: number): EncodeError | undefined {
    if (length === this.#length) return undefined
    return encodeError('range', `expected an array of length ${this.#length}, got one of length ${length}`)
  }
}
