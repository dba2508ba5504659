import type { Batch } from './batch.js'
import { isTooDeep } from './json-depth.js'
import { mayHaveLoneSurrogate } from './to-json.js'

/** So many values are stringified by one call, or as many as make so many UTF-16 units. */
const mostValues = 96
const mostUnits = 16_384
/** Values are stringified alone until so many have shown how long they are, and where one is longer than this. */
const learnedValues = 32
const longUnits = 1024

/**
 * What stands between two values. Nothing depends on values not having it in them: it is counted, and values that do
 * are stringified alone.
 */
const separator = '~'
/** In the text, from the end of one value to the start of the next: as long before the first and after the last. */
const between = `,"${separator}",`

/**
 * JSON values of one column whose text is made by one `JSON.stringify` of an array, in which a separator stands
 * between each two. For each value alone the call takes about 0.1 µs to begin with, its text is garbage of its own,
 * and writing that takes a call again: 1,000,000 values of 130 bytes took 0.66 s of the main thread in all, and 0.81 s
 * alone.
 *
 * Whatever is out of the ordinary about a value is not dealt with here: the values are written alone then.
 */
export class JsonGroup {
  /** Whether the next value may join the group. */
  isOpen = false
  /** All values but the last, with separators around them. */
  readonly #elements: unknown[] = new Array(2 * mostValues - 1).fill(separator)
  #last: unknown
  readonly #entryOffsets: number[] = new Array(mostValues).fill(0)
  #count = 0
  #rowCount = 0
  #learned = 0
  #units = 0
  /** Values have been such that all to come are stringified alone. */
  #isAlone = false
  /** One object is the value of two rows: it may have changed in between, as one does that a getter fills anew. */
  #isRepeated = false

  get count(): number {
    return this.#count
  }

  /** As many values as are worth a call, and no more: one call should take a small part of a slice. */
  get isFull(): boolean {
    const count = this.#count
    return count > 0 && (count === mostValues || count * this.#units >= mostUnits * this.#learned)
  }

  /** Whether values have been short enough up to now, and the batch has room for a group of them. */
  isWorthwhile(batch: Batch): boolean {
    if (this.#isAlone || this.#learned < learnedValues) return false
    const units =
      Math.min(mostUnits, (mostValues * this.#units) / this.#learned) + mostValues * between.length
    return batch.freeHeapBytes > 2 * units
  }

  /** Takes the length of the text of a value that was stringified alone into account. */
  learn(units: number): void {
    if (units > longUnits) this.#isAlone = true
    this.#learned++
    this.#units += units
  }

  /** Forgets all values, and how long they were. */
  reset(): void {
    this.clear()
    this.#learned = 0
    this.#units = 0
    this.#isAlone = false
    this.#elements.fill(separator)
    this.#last = undefined
  }

  /** From now on a value belongs to another row. */
  startRow(): void {
    this.#rowCount = this.#count
  }

  dropRow(): void {
    if (this.#count === this.#rowCount) return
    this.#count = this.#rowCount
    this.#last = this.#elements[2 * this.#count - 1]
  }

  /** Takes a value into the group; it must be an object, and JSON must hold all of it but for lone surrogates. */
  add(entryOffset: number, value: unknown): void {
    const index = this.#count++
    if (index > 0) {
      if (this.#last === value) this.#isRepeated = true
      this.#elements[2 * index - 1] = this.#last
    }
    this.#last = value
    this.#entryOffsets[index] = entryOffset
  }

  clear(): void {
    this.#count = 0
    if (this.#isRepeated) this.#isAlone = true
    this.#isRepeated = false
  }

  /** Writes the values; false, and they are to be written alone, if there is anything about one of them. */
  writeTo(batch: Batch): boolean {
    if (this.#count === 0) return true
    if (this.#isRepeated) return false
    // Alone, for where it is long, those before it probably are too: one call for all of them might take long.
    const last = stringify(this.#last)
    if (last === undefined || last === 'null') return false
    this.learn(last.length)
    if (this.#isAlone) return false
    return (
      this.#writeAllButLast(batch) &&
      batch.writeText(batch, this.#entryOffsets[this.#count - 1] as number, last) === undefined
    )
  }

  #writeAllButLast(batch: Batch): boolean {
    const count = this.#count - 1
    if (count === 0) return true
    const length = 2 * count + 1
    const elements = length === this.#elements.length ? this.#elements : this.#elements.slice(0, length)
    const text = stringify(elements)
    if (text === undefined) return false
    const ends = this.#findEnds(text, count)
    if (ends === undefined) return false
    if (!batch.hasRoomFor(text)) return false
    let offset = batch.heapBytes
    const isAscii = batch.appendToHeap(text) === text.length
    let start = between.length
    for (let index = 0; index < ends.length; index++) {
      const end = ends[index] as number
      const bytes = isAscii ? end - start : Buffer.byteLength(text.slice(start, end))
      offset += between.length
      batch.writeEntry(batch, this.#entryOffsets[index] as number, offset, bytes)
      offset += bytes
      start = end + between.length
    }
    this.#learned += ends.length
    this.#units += text.length - (ends.length + 1) * between.length
    return true
  }

  /** Where the text of each value ends. */
  #findEnds(text: string, count: number): number[] | undefined {
    const ends: number[] = []
    let start = between.length
    for (let left = count; left > 0; left--) {
      const found = text.indexOf(between, start)
      // There must be as many separators as are ours. The last one is followed by a bracket.
      if ((found === -1) !== (left === 1)) return undefined
      const end = found === -1 ? text.length - between.length : found
      if (end - start > longUnits) {
        this.#isAlone = true
        if (isTooDeep(text.slice(start, end))) return undefined
      }
      if (end - start === 4 && text.startsWith('null', start)) return undefined
      ends.push(end)
      start = end + between.length
    }
    return ends
  }
}

/** Undefined where it throws, for a text that is too long too, and where a string may have no UTF-8. */
function stringify(value: unknown): string | undefined {
  try {
    const text = JSON.stringify(value)
    return mayHaveLoneSurrogate(text) ? undefined : text
  } catch {
    return undefined
  }
}
