import type { QueryValue } from '../../protocol/query-value.js'
import type { NumberArray } from '../contract/query-options.js'
import type { CollectedColumn, ColumnValues } from './column-values.js'
import type { NumberArrayType } from './number-arrays.js'
import { VectorSource } from './vector-source.js'

/** Copies the memory of numbers, as long as none of them is NULL. */
export class NumberColumn implements ColumnValues {
  readonly #ArrayType: NumberArrayType
  readonly #parts: { readonly numbers: NumberArray; readonly validity: Uint8Array | undefined }[] = []
  #length = 0
  #hasNull = false

  constructor(ArrayType: NumberArrayType) {
    this.#ArrayType = ArrayType
  }

  *take(source: VectorSource | readonly QueryValue[]): Generator<unknown> {
    if (!(source instanceof VectorSource)) return
    const { buffer, data, count, validity } = source.next()
    // Not the whole batch is to stay in memory.
    const numbers = new this.#ArrayType(buffer, data, count).slice()
    this.#parts.push({ numbers, validity: validity?.slice(0, Math.ceil(count / 8)) })
    this.#length += count
    this.#hasNull ||= validity !== undefined
    yield
  }

  finish(): Generator<unknown, CollectedColumn> {
    return this.#hasNull ? this.#finishValues() : this.#finishNumbers()
  }

  *#finishNumbers(): Generator<unknown, CollectedColumn> {
    const all = new this.#ArrayType(this.#length)
    let position = 0
    for (const { numbers } of this.#parts) {
      // The parts are of its own type.
      all.set(numbers as never, position)
      position += numbers.length
      yield
    }
    return all
  }

  *#finishValues(): Generator<unknown, CollectedColumn> {
    const values: QueryValue[] = []
    for (const { numbers, validity } of this.#parts) {
      for (let index = 0; index < numbers.length; index++) {
        const isNull = validity !== undefined && ((validity[index >> 3] ?? 0) & (1 << (index & 7))) === 0
        values.push(isNull ? null : (numbers[index] ?? null))
      }
      yield
    }
    return values
  }
}
