import type { Batch } from '../batch.js'
import type { EncodeError } from '../encode-error.js'
import { noSegment } from '../encoders/text-encoder.js'
import { ItemSegment } from '../item-segment.js'
import { lengthOf } from '../own-slots.js'
import type { Segment } from '../segment.js'
import type { VectorWriter } from './vector-writer.js'
import { findNumbersProblem, writeNumbers } from './write-numbers.js'

const noItems = new ItemSegment([], 0)

/** Writes the entries of a LIST or a MAP, and makes room for their items. */
export class ItemWriter {
  readonly #writers: readonly VectorWriter[]
  readonly #segment: number
  #batch: Batch | undefined
  #items: ItemSegment = noItems
  #entries: Segment = noSegment
  #base = 0
  #first = 0

  /**
   * @param writers - Of the vectors that the items consist of.
   * @param segment - Theirs.
   */
  constructor(writers: readonly VectorWriter[], segment: number) {
    this.#writers = writers
    this.#segment = segment
  }

  attach(segment: Segment, valueOffset: number, batch: Batch): void {
    this.#batch = batch
    this.#entries = segment
    this.#base = valueOffset >> 2
    this.#items = batch.items[this.#segment - 1] ?? noItems
    for (const writer of this.#writers) writer.attach(batch)
  }

  /** Of the item that room was made for last. */
  get last(): number {
    return this.#items.rows - 1
  }

  /** Of the first item of the value that is being written. */
  get first(): number {
    return this.#first
  }

  /** The items that follow are those of the value at `index`. */
  begin(index: number): void {
    this.#first = this.#items.rows
    this.#entries.int32.fill(0, this.#base + index * 4, this.#base + index * 4 + 4)
  }

  /** Makes room for items. @returns why there is none. */
  addRoom(count = 1): EncodeError | undefined {
    const items = this.#items
    const rows = items.rows + count
    if (rows > items.layout.capacityRows) {
      const problem = this.#batch?.growItems(items, rows)
      if (problem !== undefined) return problem
      for (const writer of this.#writers) if (this.#batch !== undefined) writer.attach(this.#batch)
    }
    // Before they are written: what is written of one is taken back with the row.
    items.rows = rows
    return undefined
  }

  /** Adds an item for each number of a typed array. */
  addNumbers(item: VectorWriter, values: NodeJS.TypedArray): EncodeError | undefined {
    const first = this.#items.rows
    const problem = findNumbersProblem(values) ?? this.addRoom(lengthOf(values))
    return problem ?? writeNumbers(item, values, first)
  }

  /** The items of the value at `index` are all there. */
  end(index: number): void {
    const { int32 } = this.#entries
    const entry = this.#base + index * 4
    int32[entry] = this.#first
    int32[entry + 2] = this.#items.rows - this.#first
  }
}
