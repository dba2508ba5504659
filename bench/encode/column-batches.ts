import type { ColumnCase } from './column-case.js'
import { type Batch, BatchAllocator, BufferPool, parseColumn, RowEncoder } from './internals.js'

/** As of a persist with default options. */
const bufferBytes = 1024 * 1024

/** Encodes rows of one column into batches, as a persist does, less the slices of time and the worker. */
export class ColumnBatches {
  readonly columns: readonly [ReturnType<typeof parseColumn>]
  readonly #encoder
  readonly #allocator

  constructor({ type }: ColumnCase) {
    this.columns = [parseColumn('value', type)]
    this.#encoder = new RowEncoder(this.columns)
    this.#allocator = new BatchAllocator(this.columns, new BufferPool(bufferBytes))
  }

  /** @param send - Gets each batch as it is full, and the last one. */
  encode(rows: readonly unknown[], send: (batch: Batch) => void): void {
    let batch = this.#next()
    for (const row of rows) {
      let outcome = this.#encoder.encode(row)
      if (outcome === 'batch-full') {
        this.#allocator.observe(batch)
        send(batch)
        batch = this.#next()
        outcome = this.#encoder.encode(row)
      }
      if (outcome !== undefined) throw new Error(`A row was not encoded: ${JSON.stringify(outcome)}`)
    }
    this.#encoder.detach()
    send(batch)
  }

  /** Takes back a batch that goes nowhere. */
  recycle(batch: Batch): void {
    this.#allocator.recycle(batch)
  }

  #next(): Batch {
    const batch = this.#allocator.allocate()
    this.#encoder.attach(batch)
    return batch
  }
}
