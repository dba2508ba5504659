import type { EncodedBatch } from '../../protocol/batch-layout.js'
import type { Batch } from './batch.js'
import type { BatchAllocator } from './batch-allocator.js'
import type { BatchMark } from './batch-mark.js'
import type { RowEncoder } from './row-encoder.js'
import { growingRow, type RowError } from './row-error.js'

/** Where a series was when something began that may be taken back. */
export interface SeriesMark {
  readonly batches: number
  readonly batch: BatchMark | undefined
}

/** Rows of one table in as many batches as they take. */
export class BatchSeries {
  readonly #encoder: RowEncoder
  readonly #allocator: BatchAllocator
  /** The last one is being written. */
  readonly #batches: Batch[] = []

  constructor(encoder: RowEncoder, allocator: BatchAllocator) {
    this.#encoder = encoder
    this.#allocator = allocator
  }

  get rows(): number {
    return this.#batches.reduce((sum, { rows }) => sum + rows, 0)
  }

  /** Bytes of the rows that are there, without what their buffers have free. */
  get bytes(): number {
    return this.#batches.reduce((sum, { rows, variableBytes, layout }) => {
      return sum + variableBytes + Math.ceil((layout.heapOffset * rows) / layout.capacityRows)
    }, 0)
  }

  /** Bytes of the buffers. */
  get bufferBytes(): number {
    return this.#batches.reduce((sum, { byteLength }) => sum + byteLength, 0)
  }

  /** Adds a row; returns why it is not added, where it is not. */
  add(row: unknown): RowError | undefined {
    const encoder = this.#encoder
    let outcome = encoder.encode(row)
    for (let attempts = 0; outcome === 'batch-full'; outcome = encoder.encode(row)) {
      const last = this.#batches.at(-1)
      if (last?.rows === 0 && ++attempts > encoder.mostAttempts) return growingRow
      // What the row itself needs, as far as it is known: it may turn out to need more with its next column.
      const needed = last?.neededRowBytes ?? 0
      if (last?.rows === 0) this.#recycleLast()
      const batch = this.#allocator.allocate(needed)
      this.#batches.push(batch)
      encoder.attach(batch)
    }
    return outcome
  }

  mark(): SeriesMark {
    return { batches: this.#batches.length, batch: this.#batches.at(-1)?.mark() }
  }

  /** Takes back every row since the mark. */
  rewind({ batches, batch }: SeriesMark): void {
    while (this.#batches.length > batches) this.#recycleLast()
    const last = this.#batches.at(-1)
    if (last === undefined || batch === undefined) this.#encoder.detach()
    else {
      last.rewind(batch)
      this.#encoder.attach(last)
    }
  }

  /** What crosses the threads; nothing can be added, or taken back, after it. */
  finish(): EncodedBatch[] {
    const filled = this.#batches.filter(({ rows }) => rows > 0)
    for (const batch of this.#batches) if (batch.rows === 0) this.#allocator.recycle(batch)
    this.#batches.length = 0
    this.#encoder.detach()
    return filled.map((batch) => {
      const encoded = batch.finish()
      this.#allocator.observe(batch)
      return encoded
    })
  }

  #recycleLast(): void {
    const last = this.#batches.pop()
    if (last !== undefined) this.#allocator.recycle(last)
  }
}
