import type { BatchLayout } from '../../protocol/batch-layout.js'
import { BufferViews } from './buffer-views.js'

/** Vectors that lie in one buffer, as `batch-layout.ts` says. */
export class Segment extends BufferViews {
  /** Rows written so far. */
  rows = 0
  layout: BatchLayout
  readonly #perRow: readonly number[]
  readonly #hasNulls: boolean[]

  /**
   * @param buffer - A multiple of 8 bytes long, with room for what `layout` says.
   * @param perRow - Of each vector, the values for each row; 1 where it is absent.
   */
  constructor(buffer: ArrayBuffer, layout: BatchLayout, perRow: readonly number[] = []) {
    super(buffer)
    this.layout = layout
    this.#perRow = perRow
    this.#hasNulls = layout.valueOffsets.map(() => false)
    this.#validateAll()
  }

  /** Of each vector, whether it has a NULL, or has had one in a row that was taken back. */
  get hasNulls(): readonly boolean[] {
    return this.#hasNulls
  }

  /** @param index - Of the value in its vector. */
  markNull(vector: number, index: number): void {
    this.#hasNulls[vector] = true
    const byte = (this.layout.validityOffsets[vector] ?? 0) + (index >> 3)
    this.bytes[byte] = (this.bytes[byte] ?? 0) & ~(1 << (index & 7))
  }

  /** Takes back every `markNull` of a row that is not going to be there. */
  clearMarks(row: number): void {
    for (let vector = 0; vector < this.#hasNulls.length; vector++) {
      if (this.#hasNulls[vector] !== true) continue
      const start = this.layout.validityOffsets[vector] ?? 0
      const perRow = this.#perRow[vector] ?? 1
      for (let index = row * perRow; index < (row + 1) * perRow; index++) {
        const byte = start + (index >> 3)
        this.bytes[byte] = (this.bytes[byte] ?? 0) | (1 << (index & 7))
      }
    }
  }

  /** Goes on in a larger buffer, with the rows that are there; offsets and views are others from now on. */
  protected moveTo(buffer: ArrayBuffer, layout: BatchLayout): void {
    const { bytes, layout: before, rows } = this
    this.layout = layout
    Object.assign(this, new BufferViews(buffer))
    this.#validateAll()
    for (let vector = 0; vector < layout.valueOffsets.length; vector++) {
      const [validity, values] = [before.validityOffsets[vector] ?? 0, before.valueOffsets[vector] ?? 0]
      const end = before.validityOffsets[vector + 1] ?? before.heapOffset
      const used = Math.ceil(((end - values) * rows) / before.capacityRows)
      bytes.copy(this.bytes, layout.validityOffsets[vector], validity, values)
      bytes.copy(this.bytes, layout.valueOffsets[vector], values, values + used)
    }
  }

  #validateAll(): void {
    const { validityOffsets, valueOffsets } = this.layout
    for (const [vector, start] of validityOffsets.entries()) {
      this.bytes.fill(0xff, start, valueOffsets[vector])
    }
  }
}
