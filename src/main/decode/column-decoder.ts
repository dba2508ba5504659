import type { QueryValue, Reading } from '../../protocol/query-value.js'
import type { ResultBatch, ResultColumn, ResultPiece } from '../../protocol/result-batch.js'
import type { BatchDecoder } from './batch-decoder.js'
import type { CollectedColumn, ColumnValues } from './column-values.js'
import { createColumnValues } from './create-column-values.js'
import type { TextTally } from './vector-decoder.js'
import { VectorSource } from './vector-source.js'

/** What a step of the work is said by. */
const step: QueryValue[] = []

/** Makes an array for each column of a result. */
export class ColumnDecoder implements BatchDecoder {
  readonly #columns: readonly ResultColumn[]
  readonly #collected: readonly ColumnValues[]
  readonly #tally: TextTally = { bytes: 0 }
  #steps: Iterator<unknown> = [].values()

  constructor(columns: readonly ResultColumn[], reading: Reading) {
    this.#columns = columns
    this.#collected = columns.map((column) => createColumnValues(column, reading, this.#tally))
  }

  get textBytes(): number {
    return this.#tally.bytes
  }

  open({ buffer, pieces }: ResultBatch): void {
    this.#steps = this.#takePieces(Buffer.from(buffer), pieces)
  }

  next(): QueryValue[] | undefined {
    return this.#steps.next().done === true ? undefined : step
  }

  /** The columns by their names, once it has been gone through. */
  *finish(): Generator<unknown, Record<string, CollectedColumn>> {
    const arrays: CollectedColumn[] = []
    for (const values of this.#collected) arrays.push(yield* values.finish())
    return Object.fromEntries(this.#columns.map(({ name }, index) => [name, arrays[index] ?? []]))
  }

  *#takePieces(bytes: Buffer<ArrayBuffer>, pieces: readonly ResultPiece[]): Generator<unknown> {
    for (const piece of pieces) {
      const source = new VectorSource(bytes, piece.vectors)
      const values: Iterator<readonly QueryValue[]> = piece.values.values()
      for (const [index, { encoding }] of this.#columns.entries()) {
        const read = encoding === undefined ? (values.next().value ?? []) : source
        yield* this.#collected[index]?.take(read, piece.rowCount) ?? []
      }
    }
  }
}
