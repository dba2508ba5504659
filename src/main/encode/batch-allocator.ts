import { type BatchLayout, layOutBatch, vectorRows } from '../../protocol/batch-layout.js'
import { type ColumnDescriptor, isStringType, valueBytes } from '../../protocol/column-type.js'
import { Batch } from './batch.js'
import type { BufferPool } from './buffer-pool.js'

/** Heap bytes per string column and row that the first batch is laid out for. */
const guessedHeapBytes = 32
/** Heap that every batch has at least: room to encode a short string before it is known to be inline. */
const leastHeapBytes = 4096

/** Makes the batches of one table, each laid out for as many rows as are likely to fill its buffer. */
export class BatchAllocator {
  readonly #pool: BufferPool
  readonly #columnBytes: readonly number[]
  readonly #fixedRowBytes: number
  #heapBytesPerRow: number

  constructor(columns: readonly ColumnDescriptor[], pool: BufferPool) {
    this.#pool = pool
    this.#columnBytes = columns.map((column) => valueBytes(column.type))
    // One validity bit per column and row besides the values.
    this.#fixedRowBytes = this.#columnBytes.reduce((sum, bytes) => sum + bytes + 1 / 8, 0)
    this.#heapBytesPerRow = guessedHeapBytes * columns.filter((column) => isStringType(column.type)).length
  }

  /** An empty batch whose heap has at least `neededHeapBytes`. */
  allocate(neededHeapBytes = 0): Batch {
    const heapBytes = Math.max(neededHeapBytes, leastHeapBytes)
    const layout = this.#layOut()
    if (layout.heapOffset + heapBytes <= this.#pool.bufferBytes) return this.#create(layout, heapBytes)
    // A row that does not fit into any ordinary batch has one to itself.
    return this.#create(layOutBatch(this.#columnBytes, 1), heapBytes)
  }

  /** Lays the next batches out by what the rows of this one took. */
  observe(batch: Batch): void {
    if (batch.rows > 0) this.#heapBytesPerRow = batch.heapBytes / batch.rows
  }

  /** Takes back the buffer of a batch that is not sent. */
  recycle(batch: Batch): void {
    this.#pool.give(batch.buffer)
  }

  #create(layout: BatchLayout, heapBytes: number): Batch {
    // Rounded up, for the views over a buffer need whole words.
    const bytes = Math.ceil((layout.heapOffset + heapBytes) / 8) * 8
    return new Batch(this.#pool.take(bytes), layout)
  }

  #layOut(): BatchLayout {
    const usableBytes = this.#pool.bufferBytes - leastHeapBytes - 16 * this.#columnBytes.length
    const rows = Math.floor(usableBytes / (this.#fixedRowBytes + this.#heapBytesPerRow))
    return layOutBatch(this.#columnBytes, passRows(rows))
  }
}

/** Whole vectors where there is one, so that the worker fills few small chunks. */
function passRows(rows: number): number {
  if (rows >= vectorRows) return rows - (rows % vectorRows)
  return rows >= 64 ? rows - (rows % 64) : Math.max(1, rows)
}
