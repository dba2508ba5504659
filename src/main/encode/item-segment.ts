import { type EncodedItems, layOutBatch, type VectorSize } from '../../protocol/batch-layout.js'
import { PersistenceError } from '../contract/persistence-error.js'
import { Segment } from './segment.js'

/** The items of a LIST. They have a buffer that grows, for nobody knows how many there will be. */
export class ItemSegment extends Segment {
  readonly #vectors: readonly VectorSize[]
  readonly #rowBytes: number

  /** @param capacityRows - Room for so many items, until there are more. */
  constructor(vectors: readonly VectorSize[], capacityRows: number) {
    const layout = layOutBatch(vectors, capacityRows)
    const perRow = vectors.map((vector) => vector.perRow)
    super(allocate(layout.heapOffset), layout, perRow)
    this.#vectors = vectors
    this.#rowBytes = itemBytes(vectors)
  }

  /** Bytes of the items. */
  get usedBytes(): number {
    return this.rows * this.#rowBytes
  }

  /** Bytes that it takes to have room for so many items. */
  bytesOf(rows: number): number {
    return rows * this.#rowBytes
  }

  /** Makes room for at least so many items in all. */
  grow(rows: number): void {
    const capacityRows = 64 * Math.ceil(Math.max(rows, 2 * this.layout.capacityRows) / 64)
    const layout = layOutBatch(this.#vectors, capacityRows)
    this.moveTo(allocate(layout.heapOffset), layout)
  }

  /** Takes back all items but the first `rows`. */
  truncate(rows: number): void {
    for (let row = rows; row < this.rows; row++) this.clearMarks(row)
    this.rows = rows
  }

  finish(): EncodedItems {
    return { buffer: this.buffer, capacityRows: this.layout.capacityRows, rows: this.rows }
  }
}

/** What an item takes: its values, and a bit for each. */
export function itemBytes(vectors: readonly VectorSize[]): number {
  return vectors.reduce((sum, { bytes, perRow }) => sum + perRow * (bytes + 1 / 8), 0)
}

function allocate(bytes: number): ArrayBuffer {
  try {
    return new ArrayBuffer(bytes)
  } catch (cause) {
    const message = `The process has no memory for a buffer of ${bytes} bytes`
    throw new PersistenceError('PERSIST_OUT_OF_MEMORY', message, { cause })
  }
}
