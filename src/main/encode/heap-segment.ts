import type { BatchLayout } from '../../protocol/batch-layout.js'
import type { BatchShape } from '../../protocol/batch-shape.js'
import { inlineStringBytes } from '../../protocol/column-type.js'
import { batchFull, type EncodeError, encodeError } from './encode-error.js'
import { byteLengthOf } from './own-slots.js'
import { PendingTexts } from './pending-texts.js'
import { Segment } from './segment.js'

/** The longest value, in bytes: far below what a JS string can hold (2^29 characters) and DuckDB can read back. */
const maxValueBytes = 256 * 1024 * 1024

/** The longest row: its batch is one buffer, in which offsets have 32 bits. */
export const maxRowBytes: number = 1024 * 1024 * 1024

/** Strings up to this length are written by a loop when they are ASCII: a call out of JS costs more. */
const shortTextLength = 24

/** Strings of more UTF-16 units are written by a call each: what the call costs is little beside their bytes. */
const longTextLength = 2048

/** Where the heap of a batch was when something began that may be taken back. */
export interface HeapMark {
  readonly heapBytes: number
  readonly texts: number
  readonly textUnits: number
  /** How many times pending strings had been written. */
  readonly flushes: number
}

/** The rows of a batch, with a heap for the strings of all its segments. */
export class HeapSegment extends Segment {
  /** Heap bytes that are used; without the strings that are pending. */
  heapBytes = 0
  /** What the heap would have to hold for the row that did not fit. */
  neededHeapBytes = 0
  readonly #heapCapacity: number
  readonly #pending = new PendingTexts()
  #flushes = 0
  readonly #isNested: boolean
  #flushedHeapBytes = 0
  /** Where the heap was when the row began; see `HeapMark`. */
  #rowHeapBytes = 0
  #rowTexts = 0
  #rowTextUnits = 0
  #rowFlushes = 0

  /** @param shape - Where columns have values inside of them. */
  constructor(buffer: ArrayBuffer, layout: BatchLayout, shape: BatchShape | undefined) {
    super(
      buffer,
      layout,
      shape?.segments[0]?.map(({ perRow }) => perRow),
    )
    this.#isNested = shape !== undefined
    this.#heapCapacity = buffer.byteLength - layout.heapOffset
  }

  /** Bytes of the heap that are free whatever the pending strings turn out to take. */
  get freeHeapBytes(): number {
    return this.#heapCapacity - this.heapBytes - this.#pending.mostBytes
  }

  /** Heap bytes that the row which did not fit needs, as far as it is known. */
  get neededRowBytes(): number {
    return this.neededHeapBytes - this.#rowHeapBytes
  }

  /** Bytes of strings encoded so far; those that are pending are taken for ASCII. */
  get textBytes(): number {
    return this.heapBytes + this.#pending.units
  }

  /** What is written from now on is a row. */
  startRow(): void {
    const pending = this.#pending
    // Pending strings are taken for three times as long as most are, which must not end the batch early.
    if (pending.isFull || pending.mostBytes > (this.#heapCapacity - this.heapBytes) >> 1) this.settleTexts()
    this.#rowHeapBytes = this.heapBytes
    this.#rowTexts = pending.count
    this.#rowTextUnits = pending.units
    this.#rowFlushes = this.#flushes
  }

  /** Takes back what was written of the row. */
  dropRow(): void {
    this.#rewind(this.#rowFlushes, this.#rowHeapBytes, this.#rowTexts, this.#rowTextUnits)
  }

  heapMark(): HeapMark {
    const { count: texts, units: textUnits } = this.#pending
    return { heapBytes: this.heapBytes, texts, textUnits, flushes: this.#flushes }
  }

  /** Takes back every string since the mark. */
  rewindHeap({ flushes, heapBytes, texts, textUnits }: HeapMark): void {
    this.#rewind(flushes, heapBytes, texts, textUnits)
  }

  /** Strings of before may have been written since, together with those that go: their bytes stay. */
  #rewind(flushes: number, heapBytes: number, texts: number, textUnits: number): void {
    const isSameHeap = flushes === this.#flushes
    this.heapBytes = isSameHeap ? heapBytes : this.#flushedHeapBytes
    this.#pending.truncate(isSameHeap ? texts : 0, isSameHeap ? textUnits : 0)
  }

  /** Writes a string as the entry at `entryOffset` (bytes) of a segment, its UTF-8 inline or in the heap. */
  writeText(segment: Segment, entryOffset: number, text: string): EncodeError | undefined {
    const { length } = text
    const start = this.layout.heapOffset + this.heapBytes
    const free = this.freeHeapBytes
    if (length <= inlineStringBytes) {
      if (writeInlineAscii(segment, entryOffset, text)) return undefined
    } else if (length <= shortTextLength && length <= free) {
      if (this.#writeHeapAscii(segment, entryOffset, text, start)) return undefined
    } else if (length <= longTextLength && length * 3 <= free) {
      if (!text.isWellFormed()) return loneSurrogate()
      // Of a row whose values have many.
      if (this.#pending.isFull) this.settleTexts()
      this.#pending.add(segment, entryOffset, text)
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
    this.#finishEntry(segment, entryOffset, bytes)
    return undefined
  }

  /** Writes bytes as the entry at `entryOffset` (bytes) of a segment, inline or in the heap. */
  writeBytes(segment: Segment, entryOffset: number, value: Uint8Array): EncodeError | undefined {
    const bytes = byteLengthOf(value)
    if (bytes > maxValueBytes) return tooLarge()
    if (Math.max(bytes, inlineStringBytes) > this.freeHeapBytes) return this.#lacks(bytes)
    const start = this.layout.heapOffset + this.heapBytes
    this.bytes.set(value, start)
    this.#finishEntry(segment, entryOffset, bytes)
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

  /** Makes bytes of the heap, from `heapOffset` on, the value of the entry at `entryOffset` of a segment. */
  writeEntry(segment: Segment, entryOffset: number, heapOffset: number, length: number): void {
    const { int32, bytes } = segment
    const words = entryOffset >> 2
    int32[words] = length
    int32[words + 1] = 0
    int32[words + 2] = 0
    int32[words + 3] = 0
    const start = this.layout.heapOffset + heapOffset
    const copied = length > inlineStringBytes ? 4 : length
    for (let index = 0; index < copied; index++) {
      bytes[entryOffset + 4 + index] = this.bytes[start + index] ?? 0
    }
    if (length > inlineStringBytes) int32[words + 2] = heapOffset
  }

  /** Makes the bytes of the strings that are pending. */
  settleTexts(): void {
    if (this.#pending.count === 0) return
    this.#pending.writeTo(this)
    this.#flushes++
    this.#flushedHeapBytes = this.heapBytes
  }

  /** Writes a string of more than 12 characters into the heap if it is ASCII; false if it is not. */
  #writeHeapAscii(segment: Segment, entryOffset: number, text: string, start: number): boolean {
    const { bytes } = this
    const { length } = text
    for (let index = 0; index < length; index++) {
      const unit = text.charCodeAt(index)
      if (unit > 0x7f) return false
      bytes[start + index] = unit
    }
    this.#finishEntry(segment, entryOffset, length)
    return true
  }

  /** Makes the bytes at the end of the heap a value, and keeps them if they are not in its entry. */
  #finishEntry(segment: Segment, entryOffset: number, length: number): void {
    this.writeEntry(segment, entryOffset, this.heapBytes, length)
    if (length > inlineStringBytes) this.heapBytes += length
  }

  #lacks(bytes: number): EncodeError {
    const needed = this.heapBytes + this.#pending.mostBytes + Math.max(bytes, inlineStringBytes)
    if (this.rows === 0 && needed > maxRowBytes) return rowTooLarge()
    // A row that has a batch to itself may have many strings in one value: it is not tried again for each.
    const isGrown = this.rows === 0 && this.#isNested
    this.neededHeapBytes = isGrown ? Math.min(Math.max(needed, 2 * this.#heapCapacity), maxRowBytes) : needed
    return batchFull
  }
}

/** Writes a string of at most 12 characters into its entry if it is ASCII; false if it is not. */
function writeInlineAscii({ int32, bytes }: Segment, entryOffset: number, text: string): boolean {
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

function loneSurrogate(): EncodeError {
  return encodeError('range', 'a lone surrogate has no UTF-8 encoding')
}

export function rowTooLarge(): EncodeError {
  return encodeError('too-large', `a row may have at most ${maxRowBytes} bytes`)
}

function tooLarge(): EncodeError {
  return encodeError('too-large', `a value may have at most ${maxValueBytes} bytes`)
}
