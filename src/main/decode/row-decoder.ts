import type { QueryRow, QueryValue, Reading } from '../../protocol/query-value.js'
import type { ResultBatch, ResultColumn, ResultPiece } from '../../protocol/result-batch.js'
import { createShape } from '../../values/create-shape.js'
import type { BatchDecoder } from './batch-decoder.js'
import { createVectorDecoder } from './create-vector-decoder.js'
import { refuseMisfits } from './refuse-misfits.js'
import type { ReadAt, TextTally, VectorDecoder } from './vector-decoder.js'
import { VectorSource } from './vector-source.js'

/** Makes rows of the batches of a result, one by one. */
export class RowDecoder implements BatchDecoder {
  readonly #names: readonly string[]
  readonly #shape: QueryRow
  /** None for a column whose values are there. */
  readonly #decoders: readonly (VectorDecoder | undefined)[]
  readonly #tally: TextTally = { bytes: 0 }
  #bytes: Buffer<ArrayBuffer> = Buffer.from(new ArrayBuffer(0))
  #pieces: readonly ResultPiece[] = []
  #nextPiece = 0
  #readers: readonly ReadAt[] = []
  #row = 0
  #rowCount = 0

  readonly #isArray: boolean

  /** @param isArray - Makes an array of a row, and no object. */
  constructor(columns: readonly ResultColumn[], reading: Reading, isArray: boolean) {
    this.#isArray = isArray
    this.#names = columns.map(({ name }) => name)
    this.#shape = createShape(this.#names)
    this.#decoders = columns.map((column) => {
      if (column.encoding === undefined) return undefined
      const misfit = refuseMisfits(column, reading)
      return createVectorDecoder(column.encoding, { reading, misfit, tally: this.#tally })
    })
  }

  get textBytes(): number {
    return this.#tally.bytes
  }

  open({ buffer, pieces }: ResultBatch): void {
    this.#bytes = Buffer.from(buffer)
    this.#pieces = pieces
    this.#nextPiece = 0
    this.#rowCount = 0
    this.#row = 0
  }

  next(): QueryRow | QueryValue[] | undefined {
    while (this.#row >= this.#rowCount) {
      if (!this.#openPiece()) return undefined
    }
    const index = this.#row++
    const readers = this.#readers
    if (this.#isArray) return readers.map((read) => read(index))
    const names = this.#names
    const row = { ...this.#shape }
    // There is a reader for every name.
    for (let column = 0; column < names.length; column++) {
      row[names[column] as string] = (readers[column] as ReadAt)(index)
    }
    return row
  }

  /** @returns false after the last one. */
  #openPiece(): boolean {
    const piece = this.#pieces[this.#nextPiece++]
    if (piece === undefined) {
      // Not kept while the next batch is on its way.
      this.#pieces = []
      this.#readers = []
      return false
    }
    const source = new VectorSource(this.#bytes, piece.vectors)
    const values = piece.values.values()
    this.#readers = this.#decoders.map((decode) => decode?.(source) ?? readValues(values.next().value ?? []))
    this.#rowCount = piece.rowCount
    this.#row = 0
    return true
  }
}

function readValues(values: readonly QueryValue[]): ReadAt {
  return (index) => values[index] ?? null
}
