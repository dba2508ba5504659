import type { QueryValue, Reading } from '../../protocol/query-value.js'
import type { CollectedNumbers, ResultBatch, ResultColumn, ResultPiece } from '../../protocol/result-batch.js'
import type { BatchDecoder } from './batch-decoder.js'
import { type CollectedColumn, ColumnValues } from './column-values.js'
import { finishNumbers } from './finish-numbers.js'
import type { TextTally } from './vector-decoder.js'
import { VectorSource } from './vector-source.js'

/** What a step of the work is said by. */
const step: QueryValue[] = []

/** Makes an array for each column of a result. */
export class ColumnDecoder implements BatchDecoder {
  readonly #columns: readonly ResultColumn[]
  /** None for a column that the worker collects. */
  readonly #values: readonly (ColumnValues | undefined)[]
  readonly #tally: TextTally = { bytes: 0 }
  #steps: Iterator<unknown> = [].values()
  #collected: readonly CollectedNumbers[] = []

  /** @param isLarge - Whether the result has many rows. */
  constructor(columns: readonly ResultColumn[], reading: Reading, isLarge: boolean) {
    this.#columns = columns
    this.#values = columns.map((column) => {
      if (column.collected !== undefined) return undefined
      return new ColumnValues(column, reading, isLarge, this.#tally)
    })
  }

  get textBytes(): number {
    return this.#tally.bytes
  }

  open({ buffer, pieces, collected = [] }: ResultBatch): void {
    this.#steps = this.#takePieces(Buffer.from(buffer), pieces)
    this.#collected = collected
  }

  next(): QueryValue[] | undefined {
    return this.#steps.next().done === true ? undefined : step
  }

  /** The columns by their names, once it has been gone through. */
  *finish(): Generator<unknown, Record<string, CollectedColumn>> {
    const entries: [name: string, column: CollectedColumn][] = []
    const collected = this.#collected.values()
    for (const [index, { name, collected: type }] of this.#columns.entries()) {
      const numbers = type === undefined ? undefined : collected.next().value
      const column = numbers && type ? yield* finishNumbers(type, numbers) : this.#values[index]?.values
      entries.push([name, column ?? []])
    }
    return Object.fromEntries(entries)
  }

  *#takePieces(bytes: Buffer<ArrayBuffer>, pieces: readonly ResultPiece[]): Generator<unknown> {
    for (const { vectors, values, rowCount } of pieces) {
      const source = new VectorSource(bytes, vectors)
      const read: Iterator<readonly QueryValue[]> = values.values()
      for (const [index, { encoding }] of this.#columns.entries()) {
        const column = this.#values[index]
        if (column === undefined) continue
        yield* column.take(encoding === undefined ? (read.next().value ?? []) : source, rowCount)
      }
    }
  }
}
