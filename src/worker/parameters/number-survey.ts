import {
  BIGINT,
  DOUBLE,
  type DuckDBType,
  DuckDBTypeId,
  FLOAT,
  HUGEINT,
  INTEGER,
  SMALLINT,
  TINYINT,
  UBIGINT,
  UHUGEINT,
  UINTEGER,
  USMALLINT,
  UTINYINT,
} from '@duckdb/node-api'
import { formatParameter } from '../../protocol/format-path.js'
import type { TypedNumbers } from '../../protocol/query-value.js'
import type { ContentSurvey, OpenPath } from './content-survey.js'
import { decimalParameter } from './decimal-parameter.js'
import { floatParameter, integerParameter, safeRange, untypedNumber } from './number-parameter.js'
import { numberPlace } from './number-place.js'
import { parameterFailure } from './parameter-failure.js'
import type { Place } from './place.js'

/** Numbers and bigints. */
export class NumberSurvey implements ContentSurvey {
  readonly #wanted: DuckDBType | undefined
  readonly #safeRange: readonly [least: number, most: number] | undefined
  readonly #path: readonly (string | number)[]
  /** Whether all of them are of the wanted type. */
  #areWanted: boolean
  /** Of typed arrays as long as there is nothing else; null where there is. */
  #typed: DuckDBType | null | undefined
  /** Of numbers: whether all are integers as a scalar has to be, and the least and the most of them. */
  #areIntegers = true
  #least = 0
  #most = 0
  /** Of bigints: whether a double is each of them exactly, and the least and the most of them. */
  #areDoubles = true
  #hasBigint = false
  #leastBigint = 0n
  #mostBigint = 0n

  /** @param path - Of the first. */
  constructor(wanted: DuckDBType | undefined, path: OpenPath) {
    this.#wanted = wanted
    this.#areWanted = wanted !== undefined
    this.#safeRange = wanted && safeRange(wanted.typeId)
    this.#path = [...path]
  }

  add(value: number | bigint): void {
    this.#typed = null
    this.#add(value)
  }

  addAll(values: TypedNumbers | Uint8Array, isTyped: boolean): void {
    const type = isTyped ? typeOfArray(values) : null
    this.#typed = this.#typed === undefined || this.#typed?.typeId === type?.typeId ? type : null
    for (const value of values) this.#add(value)
  }

  toPlace(): Place {
    if (this.#areWanted && this.#wanted !== undefined) return numberPlace(this.#wanted)
    return numberPlace(this.#typed ?? this.#ownType())
  }

  #add(value: number | bigint): void {
    this.#areWanted &&= this.#isWanted(value)
    if (typeof value === 'bigint') this.#addBigint(value)
    else if (!Number.isSafeInteger(value) || Object.is(value, -0)) this.#areIntegers = false
    else if (value < this.#least) this.#least = value
    else if (value > this.#most) this.#most = value
  }

  #addBigint(value: bigint): void {
    this.#hasBigint = true
    this.#areDoubles &&= floatParameter(value, DuckDBTypeId.DOUBLE) !== undefined
    if (value < this.#leastBigint) this.#leastBigint = value
    if (value > this.#mostBigint) this.#mostBigint = value
  }

  #isWanted(value: number | bigint): boolean {
    const range = this.#safeRange
    if (range !== undefined && typeof value === 'number' && Number.isInteger(value)) {
      if (value >= range[0] && value <= range[1]) return true
    }
    const wanted = this.#wanted
    if (wanted === undefined) return false
    if (wanted.typeId === DuckDBTypeId.DECIMAL) return decimalParameter(value, wanted) !== undefined
    const typed = integerParameter(value, wanted.typeId) ?? floatParameter(value, wanted.typeId)
    return typed?.[1].typeId === wanted.typeId
  }

  /** The one that scalars would have each for itself, and that all of them have. */
  #ownType(): DuckDBType {
    if (!this.#areIntegers) {
      if (this.#areDoubles) return DOUBLE
      throw this.#failure('a number that is no integer, and a bigint that no double is')
    }
    if (!this.#hasBigint) {
      return untypedNumber(this.#least)[1] === INTEGER ? untypedNumber(this.#most)[1] : BIGINT
    }
    const least = smaller(this.#leastBigint, BigInt(this.#least))
    if (BigInt.asIntN(64, this.#mostBigint) === this.#mostBigint && BigInt.asIntN(64, least) === least) {
      return BIGINT
    }
    if (BigInt.asIntN(128, this.#mostBigint) === this.#mostBigint) return HUGEINT
    if (least >= 0n) return UHUGEINT
    throw this.#failure('a negative number, and a bigint past HUGEINT')
  }

  #failure(got: string): Error {
    const where = formatParameter(this.#path)
    return parameterFailure(
      `Expected ${where} and the numbers beside it to have a type in common, got ${got}`,
    )
  }
}

function smaller(one: bigint, other: bigint): bigint {
  return one < other ? one : other
}

function typeOfArray(values: TypedNumbers | Uint8Array): DuckDBType {
  if (values instanceof Float64Array) return DOUBLE
  if (values instanceof Float32Array) return FLOAT
  if (values instanceof Int32Array) return INTEGER
  if (values instanceof BigInt64Array) return BIGINT
  if (values instanceof Uint32Array) return UINTEGER
  if (values instanceof BigUint64Array) return UBIGINT
  if (values instanceof Int16Array) return SMALLINT
  if (values instanceof Uint16Array) return USMALLINT
  return values instanceof Int8Array ? TINYINT : UTINYINT
}
