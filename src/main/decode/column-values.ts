import type { QueryValue, Reading } from '../../protocol/query-value.js'
import type { ResultColumn } from '../../protocol/result-batch.js'
import type { NumberArray } from '../contract/query-options.js'
import { createVectorDecoder } from './create-vector-decoder.js'
import { refuseMisfits } from './refuse-misfits.js'
import type { TextTally, VectorDecoder } from './vector-decoder.js'
import { VectorSource } from './vector-source.js'

/** The values of a column; numbers as a typed array where none is NULL. */
export type CollectedColumn = QueryValue[] | NumberArray

/** Collects the values of a column, step by step. */
export class ColumnValues {
  readonly values: QueryValue[] = []
  readonly #decode: VectorDecoder | undefined

  /** @param isLarge - Whether the result has many rows. */
  constructor(column: ResultColumn, reading: Reading, isLarge: boolean, tally: TextTally) {
    const { encoding } = column
    if (encoding === undefined) return
    this.#decode = createVectorDecoder(encoding, {
      reading,
      tally,
      isLarge,
      misfit: refuseMisfits(column, reading),
    })
  }

  /** @param source - Of its vectors, or its values. */
  *take(source: VectorSource | readonly QueryValue[], rowCount: number): Generator<unknown> {
    if (!(source instanceof VectorSource)) {
      for (const value of source) yield this.values.push(value)
      return
    }
    const read = this.#decode?.(source)
    for (let index = 0; index < rowCount; index++) yield this.values.push(read?.(index) ?? null)
  }
}
