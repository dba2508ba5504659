import { describeValue } from '../contract/describe-value.js'

/** The types of integers, from narrow to wide, and the least and the greatest of each. */
const integerTypes = [
  ['INTEGER', -(2n ** 31n), 2n ** 31n - 1n],
  ['BIGINT', -(2n ** 63n), 2n ** 63n - 1n],
  ['HUGEINT', -(2n ** 127n), 2n ** 127n - 1n],
  ['UHUGEINT', 0n, 2n ** 128n - 1n],
] as const

/** What numbers and bigints are like. */
export class NumberSurvey {
  #min = Number.POSITIVE_INFINITY
  #max = Number.NEGATIVE_INFINITY
  /** The least and the greatest bigint; none where there is none. */
  #minBigint: bigint | undefined
  #maxBigint: bigint | undefined
  /** A bigint that no double holds. */
  #inexact: bigint | undefined
  /** A number that is no integer, or one that it may not have been written as. */
  #float: number | undefined
  #isFinite = true

  add(value: number | bigint): void {
    if (typeof value === 'bigint') this.#addBigint(value)
    else if (Number.isSafeInteger(value)) {
      if (value < this.#min) this.#min = value
      if (value > this.#max) this.#max = value
    } else {
      this.#float ??= value
      this.#isFinite &&= Number.isFinite(value)
    }
  }

  join(other: NumberSurvey): void {
    this.#min = Math.min(this.#min, other.#min)
    this.#max = Math.max(this.#max, other.#max)
    if (other.#minBigint !== undefined) this.#addBigint(other.#minBigint)
    if (other.#maxBigint !== undefined) this.#addBigint(other.#maxBigint)
    this.#inexact ??= other.#inexact
    this.#float ??= other.#float
    this.#isFinite &&= other.#isFinite
  }

  /** Whether JSON holds them all. */
  get isJson(): boolean {
    return this.#isFinite && this.#minBigint === undefined
  }

  /** The narrowest type that takes them all, if there is one. */
  type(): string | undefined {
    if (this.#float !== undefined) return this.#inexact === undefined ? 'DOUBLE' : undefined
    const types = this.#minBigint === undefined ? integerTypes : integerTypes.slice(1)
    const bounds = this.#bounds()
    return types.find(([, least, greatest]) =>
      bounds.every((value) => value >= least && value <= greatest),
    )?.[0]
  }

  /** Those for which there is none. */
  describe(): string {
    return this.#float === undefined
      ? 'integers of more than 128 bits in all'
      : `${this.#float}, and ${describeValue(this.#inexact)}, which no DOUBLE holds`
  }

  #addBigint(value: bigint): void {
    if (this.#minBigint === undefined || value < this.#minBigint) this.#minBigint = value
    if (this.#maxBigint === undefined || value > this.#maxBigint) this.#maxBigint = value
    if (this.#inexact === undefined && !isDouble(value)) this.#inexact = value
  }

  #bounds(): readonly bigint[] {
    const numbers = this.#min <= this.#max ? [this.#min, this.#max] : []
    return [
      ...numbers.map(BigInt),
      ...[this.#minBigint, this.#maxBigint].filter((value) => value !== undefined),
    ]
  }
}

function isDouble(value: bigint): boolean {
  const double = Number(value)
  return Number.isFinite(double) && BigInt(double) === value
}
