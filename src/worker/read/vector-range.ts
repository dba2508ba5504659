import type { Vector } from '@duckdb/node-bindings'
import { duckdb } from '../instance/duckdb.js'
import type { BatchMemory } from './batch-memory.js'

/** 1 for each value that is to be read; absent where all are. */
type Reached = Uint8Array | undefined

/**
 * Values of a vector one behind the other, of which some are reached: what is inside of a NULL, or between the items of
 * lists, may be memory that was never written.
 */
export class VectorRange {
  readonly #vector: Vector
  readonly #from: number
  readonly count: number
  readonly #reached: Reached
  /** A bit for each value of the vector; none where nothing is NULL. */
  readonly #validity: Uint8Array | null

  constructor(vector: Vector, from: number, count: number, reached?: Reached) {
    this.#vector = vector
    this.#from = from
    this.count = count
    this.#reached = reached
    this.#validity = duckdb.vector_get_validity(vector, 8 * Math.ceil((from + count) / 64))
  }

  /** DuckDB's memory, of so many bytes per value. */
  data(width: number): Uint8Array {
    if (this.count === 0) return new Uint8Array(0)
    return duckdb
      .vector_get_data(this.#vector, (this.#from + this.count) * width)
      .subarray(this.#from * width)
  }

  /** The same, copied. */
  words(width: number): Uint32Array<ArrayBuffer> {
    return new Uint32Array(Uint8Array.from(this.data(width)).buffer)
  }

  /** @returns where it is; -1 where nothing is NULL. */
  copyValidity(memory: BatchMemory): number {
    const bits = this.#validity
    if (bits === null || this.count === 0) return -1
    if (this.#from % 8 === 0) return memory.add(bits.subarray(this.#from / 8))
    const shifted = new Uint8Array(Math.ceil(this.count / 8))
    for (let index = 0; index < this.count; index++) {
      if (this.#isValid(index)) shifted[index >> 3] = (shifted[index >> 3] ?? 0) | (1 << (index & 7))
    }
    return memory.add(shifted)
  }

  /** Calls back for each value that is NULL, or not reached. */
  forEachUnread(take: (index: number) => void): void {
    if (this.#validity === null && this.#reached === undefined) return
    for (let index = 0; index < this.count; index++) if (!this.#isRead(index)) take(index)
  }

  /** A child of a STRUCT. @param isReached - Further values that are not reached. */
  field(child: number, isReached?: (index: number) => boolean): VectorRange {
    const vector = duckdb.struct_vector_get_child(this.#vector, child)
    const reached = this.#reachedInside(1, isReached)
    return new VectorRange(vector, this.#from, this.count, reached)
  }

  /** The child of an ARRAY. */
  elementsOf(length: number): VectorRange {
    const vector = duckdb.array_vector_get_child(this.#vector)
    return new VectorRange(vector, this.#from * length, this.count * length, this.#reachedInside(length))
  }

  /** The part of the child of a LIST that its entries are about, which are changed to begin with it. */
  itemsOf(entries: Uint32Array): VectorRange {
    let [first, end] = [Number.POSITIVE_INFINITY, 0]
    this.forEachUnread((index) => entries.fill(0, index * 4, index * 4 + 4))
    for (let index = 0; index < this.count; index++) {
      const [start, length] = [entries[index * 4] ?? 0, entries[index * 4 + 2] ?? 0]
      if (length === 0) continue
      first = Math.min(first, start)
      end = Math.max(end, start + length)
    }
    if (end === 0) first = 0
    const reached = new Uint8Array(end - first)
    for (let index = 0; index < this.count; index++) {
      const length = entries[index * 4 + 2] ?? 0
      const start = length === 0 ? 0 : (entries[index * 4] ?? 0) - first
      entries[index * 4] = start
      reached.fill(1, start, start + length)
    }
    return new VectorRange(duckdb.list_vector_get_child(this.#vector), first, end - first, reached)
  }

  #reachedInside(length: number, isReached?: (index: number) => boolean): Reached {
    if (this.#validity === null && this.#reached === undefined && isReached === undefined) return undefined
    const reached = new Uint8Array(this.count * length)
    for (let index = 0; index < this.count; index++) {
      if (this.#isRead(index) && isReached?.(index) !== false) {
        reached.fill(1, index * length, (index + 1) * length)
      }
    }
    return reached
  }

  #isRead(index: number): boolean {
    return this.#reached?.[index] !== 0 && this.#isValid(index)
  }

  #isValid(index: number): boolean {
    const bits = this.#validity
    const position = this.#from + index
    return bits === null || ((bits[position >> 3] ?? 0) & (1 << (position & 7))) !== 0
  }
}
