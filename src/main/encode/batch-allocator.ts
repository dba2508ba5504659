import { type BatchLayout, layOutBatch, vectorRows } from '../../protocol/batch-layout.js'
import { type BatchShape, describeVectors } from '../../protocol/batch-shape.js'
import type { ColumnDescriptor } from '../../protocol/column-type.js'
import { Batch } from './batch.js'
import type { BufferPool } from './buffer-pool.js'
import { ItemSegment, itemBytes } from './item-segment.js'

/** Heap bytes per string vector and row, and items per LIST and row, that the first batch is laid out for. */
const [guessedHeapBytes, guessedItems] = [32, 4]
/** Heap that every batch has at least: room to encode a short string before it is known to be inline. */
const leastHeapBytes = 4096
/** So many more items than there were in a batch have room in the next one before it grows. */
const spareItems = 1.25

/** Makes the batches of one table, each laid out for as many rows as are likely to fill its buffer. */
export class BatchAllocator {
  readonly #pool: BufferPool
  readonly #shape: BatchShape
  readonly #isNested: boolean
  readonly #fixedRowBytes: number
  #heapBytesPerRow: number
  /** Of each LIST. */
  readonly #itemsPerRow: number[]

  constructor(columns: readonly ColumnDescriptor[], pool: BufferPool) {
    this.#pool = pool
    this.#shape = describeVectors(columns.map((column) => column.type))
    this.#isNested = this.#rowVectors.length > columns.length || this.#shape.segments.length > 1
    this.#fixedRowBytes = itemBytes(this.#rowVectors)
    const strings = this.#shape.segments.flat().filter(({ kind }) => kind === 'string')
    this.#heapBytesPerRow = strings.length * guessedHeapBytes
    this.#itemsPerRow = this.#itemVectors.map(() => guessedItems)
  }

  /** An empty batch whose heap has at least `neededHeapBytes`. */
  allocate(neededHeapBytes = 0): Batch {
    const heapBytes = Math.max(neededHeapBytes, leastHeapBytes)
    const layout = this.#layOut()
    if (layout.heapOffset + heapBytes <= this.#pool.bufferBytes) return this.#create(layout, heapBytes)
    // A row that does not fit into any ordinary batch has one to itself.
    return this.#create(layOutBatch(this.#rowVectors, 1), heapBytes)
  }

  /** Lays the next batches out by what the rows of this one took. */
  observe({ rows, heapBytes, items }: Batch): void {
    if (rows === 0) return
    this.#heapBytesPerRow = heapBytes / rows
    for (const [list, segment] of items.entries()) this.#itemsPerRow[list] = segment.rows / rows
  }

  /** Takes back the buffer of a batch that is not sent. */
  recycle(batch: Batch): void {
    this.#pool.give(batch.buffer)
  }

  get #rowVectors() {
    return this.#shape.segments[0] ?? []
  }

  get #itemVectors() {
    return this.#shape.segments.slice(1)
  }

  #create(layout: BatchLayout, heapBytes: number): Batch {
    // Rounded up, for the views over a buffer need whole words.
    const bytes = Math.ceil((layout.heapOffset + heapBytes) / 8) * 8
    const buffer = this.#pool.take(bytes)
    if (!this.#isNested) return new Batch(buffer, layout)
    const items = this.#itemVectors.map((vectors, list) => {
      const expected = layout.capacityRows * (this.#itemsPerRow[list] ?? 0) * spareItems
      const most = this.#pool.bufferBytes / Math.max(itemBytes(vectors), 1)
      return new ItemSegment(vectors, 64 * Math.ceil(Math.max(Math.min(expected, most), 1) / 64))
    })
    return new Batch(buffer, layout, { shape: this.#shape, items, mostItemBytes: this.#pool.bufferBytes })
  }

  #layOut(): BatchLayout {
    const usableBytes = this.#pool.bufferBytes - leastHeapBytes - 16 * this.#rowVectors.length
    const itemBytesPerRow = this.#itemVectors.reduce(
      (sum, vectors, list) => sum + itemBytes(vectors) * (this.#itemsPerRow[list] ?? 0),
      0,
    )
    const rowBytes = this.#fixedRowBytes + this.#heapBytesPerRow + itemBytesPerRow
    return layOutBatch(this.#rowVectors, passRows(Math.floor(usableBytes / rowBytes)))
  }
}

/** Whole vectors where there is one, so that the worker fills few small chunks. */
function passRows(rows: number): number {
  if (rows >= vectorRows) return rows - (rows % vectorRows)
  return rows >= 64 ? rows - (rows % 64) : Math.max(1, rows)
}
