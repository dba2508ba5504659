import { type BatchLayout, type EncodedBatch, omittedWords } from '../../protocol/batch-layout.js'
import { inlineStringBytes } from '../../protocol/column-type.js'
import type { BatchMark } from './batch-mark.js'
import { batchFull, type EncodeError, encodeError } from './encode-error.js'
import { byteLengthOf } from './own-slots.js'
import { PendingTexts } from './pending-texts.js'

/** The longest value, in bytes: far below what a JS string can hold (2^29 characters) and DuckDB can read back. */
const maxValueBytes = 256 * 1024 * 1024

/** The longest row: its batch is one buffer, in which offsets have 32 bits. */
const maxRowBytes = 1024 * 1024 * 1024

/** Strings up to this length are written by a loop when they are ASCII: a call out of JS costs more. */
const shortTextLength = 24

/** Strings of more UTF-16 units are written by a call each: what the call costs is little beside their bytes. */
const longTextLength = 2048

/** The rows that are being encoded, in one buffer laid out as `batch-layout.ts` says. */
export class Batch {
  readonly layout: BatchLayout
  readonly buffer: ArrayBuffer
  readonly bytes: Buffer
  readonly int8: Int8Array
  readonly int16: Int16Array
  readonly int32: Int32Array
  readonly float32: Float32Array
  readonly float64: Float64Array
  readonly bigint64: BigInt64Array
  /** Rows written so far. */
  rows = 0
  /** Heap bytes used by those rows, and by the row that is being written; without the strings that are pending. */
  heapBytes = 0
  /** What the heap would have to hold for the row that did not fit. */
  neededHeapBytes = 0
  readonly #heapCapacity: number
  readonly #hasNulls: boolean[]
  readonly #pending = new PendingTexts()
  #flushes = 0
  #flushedHeapBytes = 0
  /** Where the heap and the pending strings were when the row began. */
  #rowHeapBytes = 0
  #rowTexts = 0
  #rowTextUnits = 0
  /** The first of the rows that may be taken back together. */
  #group: BatchMark | undefined
  /** Made for the first row that lacks a column; most batches have none. */
  #omitted: Uint32Array<ArrayBuffer> | undefined

  /** `buffer` must be a multiple of 8 bytes long, with room for what `layout` says. */
  constructor(buffer: ArrayBuffer, layout: BatchLayout) {
    this.layout = layout
    this.buffer = buffer
    this.bytes = Buffer.from(buffer)
    this.int8 = new Int8Array(buffer)
    this.int16 = new Int16Array(buffer)
    this.int32 = new Int32Array(buffer)
    this.float32 = new Float32Array(buffer)
    this.float64 = new Float64Array(buffer)
    this.bigint64 = new BigInt64Array(buffer)
    this.#heapCapacity = buffer.byteLength - layout.heapOffset
    this.#hasNulls = layout.valueOffsets.map(() => false)
    for (const [column, start] of layout.validityOffsets.entries()) {
      this.bytes.fill(0xff, start, layout.valueOffsets[column])
    }
  }

  get isFull(): boolean {
    return this.rows === this.layout.capacityRows
  }

  /** Bytes of the heap that are free whatever the pending strings turn out to take. */
  get freeHeapBytes(): number {
    return this.#heapCapacity - this.heapBytes - this.#pending.mostBytes
  }

  /** Heap bytes that the row which did not fit needs, as far as it is known. */
  get neededRowBytes(): number {
    return this.neededHeapBytes - this.heapBytes
  }

  /** Bytes of strings encoded so far; those that are pending are taken for ASCII. */
  get textBytes(): number {
    return this.heapBytes + this.#pending.units
  }

  /** What is written from now on is a row. */
  startRow(): void {
    const pending = this.#pending
    // Pending strings are taken for three times as long as most are, which must not end the batch early.
    if (pending.isFull || pending.mostBytes > (this.#heapCapacity - this.heapBytes) >> 1) this.#writePending()
    this.#rowHeapBytes = this.heapBytes
    this.#rowTexts = pending.count
    this.#rowTextUnits = pending.units
  }

  /** Takes back what was written of the row. */
  dropRow(): void {
    this.heapBytes = this.#rowHeapBytes
    this.#pending.truncate(this.#rowTexts, this.#rowTextUnits)
    this.#clearMarks(this.rows)
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

  mark(): BatchMark {
    const { rows, heapBytes } = this
    const { count: texts, units: textUnits } = this.#pending
    return { rows, heapBytes, texts, textUnits, flushes: this.#flushes }
  }

  /** Takes back every row since the mark, which is one of this batch. */
  rewind({ rows, heapBytes, texts, textUnits, flushes }: BatchMark): void {
    for (let row = rows; row < this.rows; row++) this.#clearMarks(row)
    this.rows = rows
    // Strings of before the mark may have been written since, together with those of rows that go: their bytes stay.
    const isSameHeap = flushes === this.#flushes
    this.heapBytes = isSameHeap ? heapBytes : this.#flushedHeapBytes
    this.#pending.truncate(isSameHeap ? texts : 0, isSameHeap ? textUnits : 0)
  }

  markNull(column: number, row: number): void {
    this.#hasNulls[column] = true
    const byte = (this.layout.validityOffsets[column] ?? 0) + (row >> 3)
    this.bytes[byte] = (this.bytes[byte] ?? 0) & ~(1 << (row & 7))
  }

  /** The row does not carry the column: it is NULL in the batch, and the worker learns that it was not given. */
  markOmitted(column: number, row: number): void {
    this.markNull(column, row)
    const { capacityRows, valueOffsets } = this.layout
    this.#omitted ??= new Uint32Array(omittedWords(valueOffsets.length) * capacityRows)
    const word = (column >> 5) * capacityRows + row
    this.#omitted[word] = (this.#omitted[word] ?? 0) | (1 << (column & 31))
  }

  /** Makes the string entry of a row that has no value an empty one: its length is looked at. */
  clearEntry(valueOffset: number, row: number): void {
    this.int32[(valueOffset >> 2) + row * 4] = 0
  }

  /** Writes a string as the entry at `entryOffset` (bytes), its UTF-8 inline or in the heap. */
  writeText(entryOffset: number, text: string): EncodeError | undefined {
    const { length } = text
    const start = this.layout.heapOffset + this.heapBytes
    const free = this.freeHeapBytes
    if (length <= inlineStringBytes) {
      if (this.#writeInlineAscii(entryOffset, text)) return undefined
    } else if (length <= shortTextLength && length <= free) {
      if (this.#writeHeapAscii(entryOffset, text, start)) return undefined
    } else if (length <= longTextLength && length * 3 <= free) {
      if (!text.isWellFormed()) return loneSurrogate()
      this.#pending.add(entryOffset, text)
      return undefined
    }
    // Three bytes per UTF-16 unit is the most that UTF-8 takes. Only near the end of the heap is it worth counting.
    if (length * 3 > free) {
      if (length > maxValueBytes) return tooLarge()
      const bytes = Buffer.byteLength(text)
      if (bytes > maxValueBytes) return tooLarge()
      if (Math.max(bytes, inlineStringBytes) > free) return this.#lacks(bytes)
    }
    const bytes = this.bytes.write(text, start)
    if (bytes !== length && !text.isWellFormed()) return loneSurrogate()
    if (bytes > maxValueBytes) return tooLarge()
    this.#finishEntry(entryOffset, bytes)
    return undefined
  }

  /** Writes bytes as the entry at `entryOffset` (bytes), inline or in the heap. */
  writeBytes(entryOffset: number, value: Uint8Array): EncodeError | undefined {
    const bytes = byteLengthOf(value)
    if (bytes > maxValueBytes) return tooLarge()
    if (Math.max(bytes, inlineStringBytes) > this.freeHeapBytes) return this.#lacks(bytes)
    const start = this.layout.heapOffset + this.heapBytes
    this.bytes.set(value, start)
    this.#finishEntry(entryOffset, bytes)
    return undefined
  }

  hasRoomFor(text: string): boolean {
    const free = this.freeHeapBytes
    return text.length * 3 <= free || Buffer.byteLength(text) <= free
  }

  /** Writes text that has values in it, for which there must be room; returns its bytes. */
  appendToHeap(text: string): number {
    const bytes = this.bytes.write(text, this.layout.heapOffset + this.heapBytes)
    this.heapBytes += bytes
    return bytes
  }

  /** Makes bytes of the heap, from `heapOffset` on, the value of the entry at `entryOffset`. */
  writeEntry(entryOffset: number, heapOffset: number, length: number): void {
    const { int32, bytes } = this
    const words = entryOffset >> 2
    int32[words] = length
    int32[words + 1] = 0
    int32[words + 2] = 0
    int32[words + 3] = 0
    const start = this.layout.heapOffset + heapOffset
    const copied = length > inlineStringBytes ? 4 : length
    for (let index = 0; index < copied; index++) {
      bytes[entryOffset + 4 + index] = bytes[start + index] ?? 0
    }
    if (length > inlineStringBytes) int32[words + 2] = heapOffset
  }

  /** What crosses the threads. The buffer is to be transferred, and the batch is not used any more. */
  finish(): EncodedBatch {
    this.#writePending()
    const nullColumns: number[] = []
    for (const [column, hasNulls] of this.#hasNulls.entries()) if (hasNulls) nullColumns.push(column)
    const { buffer, rows, heapBytes } = this
    const { capacityRows } = this.layout
    const omitted = this.#omitted === undefined ? {} : { omitted: this.#omitted }
    return { buffer, rows, heapBytes, nullColumns, capacityRows, ...omitted }
  }

  #writePending(): void {
    if (this.#pending.count === 0) return
    this.#pending.writeTo(this)
    this.#flushes++
    this.#flushedHeapBytes = this.heapBytes
  }

  /** Takes back every `markNull` and `markOmitted` of a row that is not going to be in the batch. */
  #clearMarks(row: number): void {
    for (const start of this.layout.validityOffsets) {
      const byte = start + (row >> 3)
      this.bytes[byte] = (this.bytes[byte] ?? 0) | (1 << (row & 7))
    }
    const omitted = this.#omitted
    if (omitted === undefined) return
    for (let word = row; word < omitted.length; word += this.layout.capacityRows) omitted[word] = 0
  }

  /** Writes a string of at most 12 characters into its entry if it is ASCII; false if it is not. */
  #writeInlineAscii(entryOffset: number, text: string): boolean {
    const { int32, bytes } = this
    const { length } = text
    const words = entryOffset >> 2
    int32[words] = length
    int32[words + 1] = 0
    int32[words + 2] = 0
    int32[words + 3] = 0
    for (let index = 0; index < length; index++) {
      const unit = text.charCodeAt(index)
      if (unit > 0x7f) return false
      bytes[entryOffset + 4 + index] = unit
    }
    return true
  }

  /** Writes a string of more than 12 characters into the heap if it is ASCII; false if it is not. */
  #writeHeapAscii(entryOffset: number, text: string, start: number): boolean {
    const { bytes } = this
    const { length } = text
    for (let index = 0; index < length; index++) {
      const unit = text.charCodeAt(index)
      if (unit > 0x7f) return false
      bytes[start + index] = unit
    }
    this.#finishEntry(entryOffset, length)
    return true
  }

  /** Makes the bytes at the end of the heap a value, and keeps them if they are not in its entry. */
  #finishEntry(entryOffset: number, length: number): void {
    this.writeEntry(entryOffset, this.heapBytes, length)
    if (length > inlineStringBytes) this.heapBytes += length
  }

  #lacks(bytes: number): EncodeError {
    this.neededHeapBytes = this.heapBytes + this.#pending.mostBytes + Math.max(bytes, inlineStringBytes)
    const isRowTooLarge = this.rows === 0 && this.neededHeapBytes > maxRowBytes
    return isRowTooLarge ? encodeError('too-large', `a row may have at most ${maxRowBytes} bytes`) : batchFull
  }
}

function loneSurrogate(): EncodeError {
  return encodeError('range', 'a lone surrogate has no UTF-8 encoding')
}

function tooLarge(): EncodeError {
  return encodeError('too-large', `a value may have at most ${maxValueBytes} bytes`)
}
