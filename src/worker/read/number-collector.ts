import type { CollectedNumbers } from '../../protocol/result-batch.js'
import { WorkerFailure } from '../failure.js'
import type { VectorRange } from './vector-range.js'

/** Puts the numbers of a column of a result one behind the other: main has nothing left to do. */
export class NumberCollector {
  readonly #rowCount: number
  readonly #width: number
  readonly #numbers: Uint8Array<ArrayBuffer>
  /** A bit per value, 1 where it is not NULL; absent as long as none is. */
  #validity: Uint8Array<ArrayBuffer> | undefined
  #row = 0

  /**
   * @param width - Bytes of a number.
   * @throws `PERSIST_OUT_OF_MEMORY` where there is no memory for so many.
   */
  constructor(rowCount: number, width: number) {
    this.#rowCount = rowCount
    this.#width = width
    this.#numbers = allocate(rowCount * width)
  }

  take(range: VectorRange): void {
    const start = this.#row
    this.#numbers.set(range.data(this.#width), start * this.#width)
    range.forEachUnread((index) => this.#markNull(start + index))
    this.#row = start + range.count
  }

  finish(): CollectedNumbers {
    const { buffer } = this.#numbers
    return { numbers: buffer, ...(this.#validity === undefined ? {} : { validity: this.#validity.buffer }) }
  }

  #markNull(row: number): void {
    this.#validity ??= allocate(Math.ceil(this.#rowCount / 8)).fill(0xff)
    const byte = row >> 3
    this.#validity[byte] = (this.#validity[byte] ?? 0) & ~(1 << (row & 7))
  }
}

function allocate(bytes: number): Uint8Array<ArrayBuffer> {
  try {
    return new Uint8Array(bytes)
  } catch (error) {
    const message = `A column takes ${bytes} bytes, which cannot be had: ${String(error)}`
    throw new WorkerFailure({ code: 'PERSIST_OUT_OF_MEMORY', message })
  }
}
