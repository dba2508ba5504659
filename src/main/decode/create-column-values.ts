import type { QueryValue, Reading } from '../../protocol/query-value.js'
import type { ResultColumn } from '../../protocol/result-batch.js'
import type { CollectedColumn, ColumnValues } from './column-values.js'
import { createVectorDecoder } from './create-vector-decoder.js'
import { numberArrayOf } from './number-arrays.js'
import { NumberColumn } from './number-column.js'
import { refuseMisfits } from './refuse-misfits.js'
import type { TextTally, VectorDecoder } from './vector-decoder.js'
import { VectorSource } from './vector-source.js'

export function createColumnValues(column: ResultColumn, reading: Reading, tally: TextTally): ColumnValues {
  const { encoding } = column
  if (encoding === undefined) return new AnyColumn(undefined)
  const decode = createVectorDecoder(encoding, { reading, tally, misfit: refuseMisfits(column, reading) })
  const ArrayType = numberArrayOf(encoding, reading)
  return ArrayType === undefined ? new AnyColumn(decode) : new NumberColumn(ArrayType)
}

class AnyColumn implements ColumnValues {
  readonly #decode: VectorDecoder | undefined
  readonly #values: QueryValue[] = []

  constructor(decode: VectorDecoder | undefined) {
    this.#decode = decode
  }

  *take(source: VectorSource | readonly QueryValue[], rowCount: number): Generator<unknown> {
    if (!(source instanceof VectorSource)) {
      for (const value of source) yield this.#values.push(value)
      return
    }
    const read = this.#decode?.(source)
    for (let index = 0; index < rowCount; index++) yield this.#values.push(read?.(index) ?? null)
  }

  // biome-ignore lint/correctness/useYield: there is nothing left to do.
  *finish(): Generator<unknown, CollectedColumn> {
    return this.#values
  }
}
