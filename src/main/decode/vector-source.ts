import { vectorNumbers } from '../../protocol/result-batch.js'

/** Where a vector is in the buffer of a batch; see `ResultBatch`. */
export interface VectorPlace {
  readonly bytes: Buffer<ArrayBuffer>
  readonly buffer: ArrayBuffer
  /** How many values it has. */
  readonly count: number
  readonly data: number
  readonly heap: number
  readonly heapBytes: number
  /** A bit for each value; absent where nothing is NULL. */
  readonly validity: Uint8Array | undefined
}

/** Hands out the vectors of a piece, one after the other. */
export class VectorSource {
  readonly #bytes: Buffer<ArrayBuffer>
  readonly #vectors: readonly number[]
  #next = 0

  constructor(bytes: Buffer<ArrayBuffer>, vectors: readonly number[]) {
    this.#bytes = bytes
    this.#vectors = vectors
  }

  next(): VectorPlace {
    const start = this.#next
    this.#next = start + vectorNumbers
    const [count = 0, data = 0, validity = -1, heap = 0, heapBytes = 0] = this.#vectors.slice(
      start,
      this.#next,
    )
    const bytes = this.#bytes
    return {
      ...{ bytes, buffer: bytes.buffer, count, data, heap, heapBytes },
      validity: validity < 0 ? undefined : new Uint8Array(bytes.buffer, validity),
    }
  }
}
