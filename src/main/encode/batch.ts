import { type BatchLayout, type EncodedBatch, omittedWords } from '../../protocol/batch-layout.js'
import type { BatchShape } from '../../protocol/batch-shape.js'
import type { BatchMark } from './batch-mark.js'
import type { EncodeError } from './encode-error.js'
import { HeapSegment, maxRowBytes, rowTooLarge } from './heap-segment.js'
import type { ItemSegment } from './item-segment.js'

const noItems: readonly ItemSegment[] = []
const noItemRows: readonly number[] = []

/** What a batch has besides, where columns have values inside of them. */
interface NestedParts {
  readonly shape: BatchShape
  readonly items: readonly ItemSegment[]
  /** Bytes of items with which it is full. */
  readonly mostItemBytes: number
}

/** The rows that are being encoded: a segment with a heap, and the items of their LISTs. */
export class Batch extends HeapSegment {
  /** Of each LIST, its items. */
  readonly items: readonly ItemSegment[]
  readonly #columns: number
  readonly #shape: BatchShape | undefined
  readonly #mostItemBytes: number
  #rowItems: readonly number[] = []
  /** The first of the rows that may be taken back together. */
  #group: BatchMark | undefined
  /** Made for the first row that lacks a column; most batches have none. */
  #omitted: Uint32Array<ArrayBuffer> | undefined

  /** `buffer` must be a multiple of 8 bytes long, with room for what `layout` says. */
  constructor(buffer: ArrayBuffer, layout: BatchLayout, nested?: NestedParts) {
    super(buffer, layout, nested?.shape)
    this.items = nested?.items ?? noItems
    this.#shape = nested?.shape
    this.#columns = nested?.shape.columns.length ?? layout.valueOffsets.length
    this.#mostItemBytes = nested?.mostItemBytes ?? 0
  }

  get isFull(): boolean {
    if (this.rows === this.layout.capacityRows) return true
    return this.items.length > 0 && this.rows > 0 && this.itemBytes >= this.#mostItemBytes
  }

  /** Rows that have room. */
  get freeRows(): number {
    return this.layout.capacityRows - this.rows
  }

  /** Bytes of all buffers. */
  get byteLength(): number {
    return this.items.reduce((sum, { buffer }) => sum + buffer.byteLength, this.buffer.byteLength)
  }

  /** Bytes of the items of all LISTs. */
  get itemBytes(): number {
    let bytes = 0
    for (const segment of this.items) bytes += segment.usedBytes
    return bytes
  }

  /** Bytes of what rows have as much of as they like. */
  get variableBytes(): number {
    return this.items.length === 0 ? this.textBytes : this.textBytes + this.itemBytes
  }

  override startRow(): void {
    super.startRow()
    if (this.items.length > 0) this.#rowItems = this.#itemRows()
  }

  override dropRow(): void {
    super.dropRow()
    this.#truncateItems(this.#rowItems)
    this.#clearRow(this.rows)
  }

  /** What is written from now on are rows that may have to be taken back together. */
  startGroup(): void {
    this.#group = this.mark()
  }

  /** Takes back the rows of the group; returns how many. */
  dropGroup(): number {
    const { rows } = this
    if (this.#group !== undefined) this.rewind(this.#group)
    return rows - this.rows
  }

  /** There may be one for every row: to spread the heap's mark into it took 1 µs, where this takes 0.01. */
  mark(): BatchMark {
    const { heapBytes, texts, textUnits, flushes } = this.heapMark()
    return { heapBytes, texts, textUnits, flushes, rows: this.rows, items: this.#itemRows() }
  }

  /** Takes back every row since the mark, which is one of this batch. */
  rewind(mark: BatchMark): void {
    for (let row = mark.rows; row < this.rows; row++) this.#clearRow(row)
    this.rows = mark.rows
    this.#truncateItems(mark.items)
    this.rewindHeap(mark)
  }

  /** The worker learns that the row was not given the column, which is NULL in the batch. */
  markOmitted(column: number, row: number): void {
    const { capacityRows } = this.layout
    this.#omitted ??= new Uint32Array(omittedWords(this.#columns) * capacityRows)
    const word = (column >> 5) * capacityRows + row
    this.#omitted[word] = (this.#omitted[word] ?? 0) | (1 << (column & 31))
  }

  /** Makes room for so many items of a LIST in all. @returns why there is none. */
  growItems(segment: ItemSegment, rows: number): EncodeError | undefined {
    const bytes = segment.bytesOf(rows)
    if (bytes > maxRowBytes) return rowTooLarge()
    // Pending strings may be items of it, and know where their entries are.
    this.settleTexts()
    segment.grow(rows)
    return undefined
  }

  /** What crosses the threads. The buffer is to be transferred, and the batch is not used any more. */
  finish(): EncodedBatch {
    this.settleTexts()
    const { buffer, rows, heapBytes } = this
    const { capacityRows } = this.layout
    const omitted = this.#omitted === undefined ? {} : { omitted: this.#omitted }
    const items = this.items.length === 0 ? {} : { items: this.items.map((segment) => segment.finish()) }
    return { buffer, rows, heapBytes, nullVectors: this.#nullVectors(), capacityRows, ...omitted, ...items }
  }

  #nullVectors(): number[] {
    const indexes: number[] = []
    for (const [segment, { hasNulls }] of [this, ...this.items].entries()) {
      for (const [place, has] of hasNulls.entries()) {
        if (has) indexes.push(this.#shape?.segments[segment]?.[place]?.index ?? place)
      }
    }
    return indexes
  }

  #itemRows(): readonly number[] {
    return this.items.length === 0 ? noItemRows : this.items.map(({ rows }) => rows)
  }

  #truncateItems(rows: readonly number[]): void {
    for (let index = 0; index < this.items.length; index++) this.items[index]?.truncate(rows[index] ?? 0)
  }

  /** Takes back every `markNull` and `markOmitted` of a row that is not going to be in the batch. */
  #clearRow(row: number): void {
    this.clearMarks(row)
    const omitted = this.#omitted
    if (omitted === undefined) return
    for (let word = row; word < omitted.length; word += this.layout.capacityRows) omitted[word] = 0
  }
}
