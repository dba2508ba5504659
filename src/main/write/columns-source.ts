import { isTypedArray } from 'node:util/types'
import { quoteName } from '../../protocol/visible-text.js'
import { describeValue } from '../contract/describe-value.js'
import { ArraySource } from './array-source.js'

/** Rows of which there is an array for each column. */
export class ColumnsSource extends ArraySource {
  readonly #columns: ReadonlyMap<string, ArrayLike<unknown>>
  readonly #length: number
  #given = 0

  /** @throws TypeError unless each property of `columns` is an array, and all are of one length. */
  constructor(columns: unknown) {
    super([])
    if (typeof columns !== 'object' || columns === null || Array.isArray(columns)) {
      throw new TypeError(`Expected \`columns\` to be an object of arrays, got ${describeValue(columns)}`)
    }
    this.#columns = new Map(Object.entries(columns))
    const [first] = this.#columns
    if (first === undefined) throw new TypeError('Expected `columns` to have at least one column, got none')
    for (const [name, values] of this.#columns) checkColumn(name, values, first)
    this.#length = first[1].length
  }

  override get length(): number {
    return this.#length
  }

  /** By its name, the values of each column. */
  get columns(): ReadonlyMap<string, ArrayLike<unknown>> {
    return this.#columns
  }

  /** How many rows have been given. */
  get position(): number {
    return this.#given
  }

  /** @throws TypeError where a column has become longer or shorter: its buffer may have been transferred. */
  checkLengths(): void {
    for (const [name, { length }] of this.#columns) {
      if (length === this.#length) continue
      throw new TypeError(
        `Expected column ${quoteName(name)} to stay as it is until it is written, of length ${this.#length}, got ${length}`,
      )
    }
  }

  /** Gives so many rows at once. */
  skip(rows: number): void {
    this.#given += rows
  }

  override advance(): boolean {
    if (this.#given === this.#length) return false
    this.checkLengths()
    this.#given++
    return true
  }

  override get row(): unknown {
    return this.rowAt(this.#given - 1)
  }

  override rowAt(index: number): unknown {
    // Defines its properties, one that is called __proto__ too.
    return Object.fromEntries([...this.#columns].map(([name, values]) => [name, values[index]]))
  }

  override goBack(rows: number): void {
    this.#given -= rows
  }
}

function checkColumn(
  name: string,
  values: unknown,
  [firstName, first]: readonly [string, ArrayLike<unknown>],
): void {
  if (!Array.isArray(values) && !isTypedArray(values)) {
    throw new TypeError(
      `Expected column ${quoteName(name)} to be an array or a typed array, got ${describeValue(values)}`,
    )
  }
  if (values.length === first.length) return
  throw new TypeError(
    `Expected columns of one length, got ${first.length} values of ${quoteName(firstName)} and ${values.length} of ${quoteName(name)}`,
  )
}
