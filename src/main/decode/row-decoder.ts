import type { QueryRow, QueryValue, Reading } from '../../protocol/query-value.js'
import type { ResultBatch, ResultColumn, ResultPiece } from '../../protocol/result-batch.js'
import type { BatchDecoder } from './batch-decoder.js'
import { createVectorDecoder } from './create-vector-decoder.js'
import { createObjectMaker, type ObjectMaker } from './object-maker.js'
import { refuseMisfits } from './refuse-misfits.js'
import type { ReadAt, TextTally, VectorDecoder } from './vector-decoder.js'
import { VectorSource } from './vector-source.js'

/** Makes rows of the batches of a result, one by one. */
export class RowDecoder implements BatchDecoder {
  readonly #makeObject: ObjectMaker
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

  /**
   * @param isArray - Makes an array of a row, and no object.
   * @param isLarge - Whether the result has many rows.
   */
  constructor(columns: readonly ResultColumn[], reading: Reading, isArray: boolean, isLarge: boolean) {
    this.#isArray = isArray
    this.#makeObject = createObjectMaker(
      columns.map(({ name }) => name),
      isLarge && !isArray,
    )
    this.#decoders = columns.map((column) => {
      if (column.encoding === undefined) return undefined
      const misfit = refuseMisfits(column, reading)
      return createVectorDecoder(column.encoding, { reading, misfit, isLarge, tally: this.#tally })
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
    return this.#isArray ? readers.map((read) => read(index)) : this.#makeObject(readers, index)
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
