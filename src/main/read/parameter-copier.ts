import { types } from 'node:util'
import type {
  CopiedParameter,
  ListParameter,
  MapParameter,
  NestedParameter,
  StructParameter,
} from '../../protocol/copied-parameter.js'
import { formatParameter } from '../../protocol/format-path.js'
import type { TypedNumbers } from '../../protocol/query-value.js'
import { describeValue } from '../contract/describe-value.js'
import { isDetached } from '../encode/is-detached.js'
import { timeOf } from '../encode/own-slots.js'

/** Arrays and objects of one parameter may be in each other so deep. */
const mostLevels = 100
/** So many numbers may be in the arrays of one call, and other values in its arrays and objects. */
const [mostNumbers, mostOthers] = [5_000_000, 1_000_000]

/** Of fewer numbers, the memory would be more than they are. */
const fewestAsMemory = 16

const { entries } = Map.prototype

/**
 * Checks and copies the parameters of one call. What is read of them is read once, so that what was checked is what is
 * sent, whatever getters or a Proxy return the next time.
 */
export class ParameterCopier {
  readonly #path: (string | number)[] = []
  readonly #ancestors: object[] = []
  #numbers = 0
  #others = 0

  /**
   * @param name - Its position, or its name as the caller has it.
   * @throws TypeError or RangeError for what DuckDB has no value for, naming where it is.
   */
  copy(name: string | number, value: unknown): CopiedParameter {
    if (value === undefined) return null
    this.#path[0] = name
    return this.#copy(value)
  }

  #copy(value: unknown): CopiedParameter {
    switch (typeof value) {
      case 'boolean':
      case 'number':
        return value
      case 'string':
        if (value.isWellFormed()) return value
        throw new RangeError(`${this.#expected} a string without lone surrogates`)
      case 'bigint':
        if (BigInt.asIntN(128, value) === value || BigInt.asUintN(128, value) === value) return value
        throw new RangeError(`${this.#expected} a bigint of at most 128 bits, got ${describeValue(value)}`)
      case 'object':
        return value === null ? null : this.#copyObject(value)
      default:
        throw this.#refusal(value)
    }
  }

  #copyObject(value: object): CopiedParameter {
    if (types.isDate(value)) return this.#copyDate(value)
    if (types.isUint8Array(value)) return this.#copyBytes(value)
    if (types.isTypedArray(value)) return this.#copyTypedArray(value)
    if (this.#ancestors.includes(value)) {
      throw new TypeError(`${this.#expected} a value that does not contain itself`)
    }
    if (this.#ancestors.length === mostLevels) {
      throw new RangeError(`${this.#expected} a value of at most ${mostLevels} levels in each other`)
    }
    this.#ancestors.push(value)
    const copied = this.#copyNested(value)
    this.#ancestors.pop()
    return copied
  }

  #copyNested(value: object): NestedParameter {
    if (Array.isArray(value)) return this.#copyArray(value)
    if (types.isMap(value)) return this.#copyMap(value)
    if (isPlain(value)) return this.#copyStruct(value as Readonly<Record<string, unknown>>)
    throw this.#refusal(value)
  }

  #copyArray(array: readonly unknown[]): ListParameter {
    const { length } = array
    // As long as there is nothing else. V8 would make an object of each number, in an array of anything.
    const memory = length >= fewestAsMemory ? new Float64Array(Math.min(length, mostNumbers)) : undefined
    let values: CopiedParameter[] | undefined = memory === undefined ? [] : undefined
    // By its length, for a hole is something, too.
    for (let index = 0; index < length; index++) {
      const value = array[index]
      this.#count(value)
      if (memory !== undefined && values === undefined && typeof value === 'number') memory[index] = value
      else {
        values ??= Array.from(memory?.subarray(0, index) ?? [])
        values.push(typeof value === 'number' ? value : this.#copyAt(index, value))
      }
    }
    if (memory === undefined || values !== undefined) return { kind: 'list', values: values ?? [] }
    return { kind: 'numbers', values: memory, isTyped: false }
  }

  #copyStruct(object: Readonly<Record<string, unknown>>): StructParameter {
    const names: string[] = []
    const values: CopiedParameter[] = []
    for (const name of Object.keys(object)) {
      if (!name.isWellFormed()) {
        throw new RangeError(`${this.#expected} an object whose names have no lone surrogates`)
      }
      const value = object[name]
      if (value === undefined) continue
      this.#count(value)
      names.push(name)
      values.push(this.#copyAt(name, value))
    }
    return { kind: 'struct', names, values }
  }

  #copyMap(map: Map<unknown, unknown>): MapParameter {
    const keys: CopiedParameter[] = []
    const values: CopiedParameter[] = []
    for (const [key, value] of Reflect.apply(entries, map, []) as MapIterator<[unknown, unknown]>) {
      const place = typeof key === 'string' || typeof key === 'number' ? key : keys.length
      this.#count(key)
      this.#count(value)
      keys.push(this.#copyAt(place, key))
      values.push(this.#copyAt(place, value))
    }
    return { kind: 'map', keys, values }
  }

  #copyAt(place: string | number, value: unknown): CopiedParameter {
    this.#path.push(place)
    const copied = this.#copy(value)
    this.#path.pop()
    return copied
  }

  #copyBytes(bytes: Uint8Array): Uint8Array {
    this.#checkBuffer(bytes, 'a Uint8Array')
    return new Uint8Array(bytes)
  }

  #copyTypedArray(array: NodeJS.TypedArray): ListParameter {
    this.#checkBuffer(array, 'a typed array')
    const values = copyNumbers(array)
    if (values === undefined) throw this.#refusal(array)
    this.#countNumbers(values.length)
    return { kind: 'numbers', values, isTyped: true }
  }

  #checkBuffer(array: NodeJS.TypedArray, what: string): void {
    if (isDetached(array)) throw new TypeError(`${this.#expected} ${what} that has its buffer`)
  }

  /** The time of a Date, whatever methods it has been given. */
  #copyDate(value: Date): Date {
    const time = timeOf(value)
    if (Number.isNaN(time)) throw new RangeError(`${this.#expected} a valid Date`)
    return new Date(time)
  }

  #count(value: unknown): void {
    if (typeof value === 'number' || typeof value === 'bigint') this.#countNumbers(1)
    else if (++this.#others > mostOthers) {
      throw new RangeError(`Expected parameters of at most ${mostOthers} values that are no numbers`)
    }
  }

  #countNumbers(count: number): void {
    this.#numbers += count
    if (this.#numbers > mostNumbers) {
      throw new RangeError(`Expected parameters of at most ${mostNumbers} numbers`)
    }
  }

  #refusal(value: unknown): TypeError {
    const kinds = 'null, a boolean, number, bigint, string, Date, array, typed array, Map or plain object'
    return new TypeError(`${this.#expected} ${kinds}, got ${describeValue(value)}`)
  }

  get #expected(): string {
    return `Expected ${formatParameter(this.#path)} to be`
  }
}

/** Whether an object is of no class, in any realm. */
function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === null || Object.getPrototypeOf(prototype) === null
}

const kinds = [
  [types.isFloat64Array, Float64Array],
  [types.isFloat32Array, Float32Array],
  [types.isInt32Array, Int32Array],
  [types.isBigInt64Array, BigInt64Array],
  [types.isUint32Array, Uint32Array],
  [types.isBigUint64Array, BigUint64Array],
  [types.isInt16Array, Int16Array],
  [types.isUint16Array, Uint16Array],
  [types.isInt8Array, Int8Array],
  [types.isUint8ClampedArray, Uint8ClampedArray],
] as const

/** A copy of the same kind, whatever class it is of; undefined for a kind that DuckDB has no type for. */
function copyNumbers(array: NodeJS.TypedArray): TypedNumbers | undefined {
  const kind = kinds.find(([isKind]) => isKind(array))
  // Of the same kind as what it copies, as the types cannot say.
  return kind === undefined ? undefined : new kind[1](array as never)
}
