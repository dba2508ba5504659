import { types } from 'node:util'
import { formatPath } from '../../protocol/format-path.js'
import { describeValue } from '../contract/describe-value.js'
import { maxJsonDepth, tooDeep } from './json-depth.js'
import { timeOf } from './own-slots.js'

/** What of a value JSON has no place for. */
export interface JsonProblem {
  /** Completes "expected a value that JSON holds: ". */
  readonly reason: string
  /** Where it is in the value, such as `.items[3].price`; empty for the value itself. */
  readonly path: string
}

export const loneSurrogate: string = 'a lone surrogate has no UTF-8 encoding'

/**
 * The first thing in a value that would be gone from its JSON, or replaced. That is undefined or a hole in an array, a
 * function, a symbol, a bigint, a number that is not finite, an invalid Date, a lone surrogate, a circle, more than
 * 1,000 levels, and whatever keeps its content elsewhere than in properties of its own, such as a Map, an Error, bytes or
 * Headers, unless it has a `toJSON()`.
 *
 * Left out without a word is what JavaScript's own JSON leaves out by its definition: properties that are undefined,
 * that are not enumerable or named by a symbol, and those of an array that are no elements.
 *
 * @throws what the value's getters and `toJSON()` throw.
 */
export function findJsonProblem(value: unknown): JsonProblem | undefined {
  return new JsonInspection().inspect(value)
}

/**
 * The same, and whether what is read back from the JSON is another value, such as the text of a Date, or an object
 * without a property that was undefined.
 */
export function inspectJson(value: unknown): { problem: JsonProblem | undefined; isChanged: boolean } {
  const inspection = new JsonInspection()
  return { problem: inspection.inspect(value), isChanged: inspection.isChanged }
}

/** Looks at a value once, depth first. */
class JsonInspection {
  isChanged = false
  readonly #ancestors: object[] = []
  readonly #path: (string | number)[] = []

  inspect(value: unknown): JsonProblem | undefined {
    switch (typeof value) {
      case 'string':
        return value.isWellFormed() ? undefined : this.#problem(loneSurrogate)
      case 'boolean':
        return undefined
      case 'number':
        if (Object.is(value, -0)) this.isChanged = true
        return Number.isFinite(value) ? undefined : this.#got(value)
      case 'object':
        return value === null ? undefined : this.#inspectObject(value)
      default:
        return this.#got(value)
    }
  }

  #inspectObject(value: object): JsonProblem | undefined {
    if ('toJSON' in value && typeof value.toJSON === 'function') {
      if (types.isDate(value) && Number.isNaN(timeOf(value))) return this.#problem('the Date is invalid')
      this.isChanged = true
      const made: unknown = value.toJSON(String(this.#path.at(-1) ?? ''))
      // Its own toJSON() is not called again, and may be what was called.
      return typeof made === 'object' && made !== null ? this.#inspectContent(made) : this.inspect(made)
    }
    return this.#inspectContent(value)
  }

  #inspectContent(value: object): JsonProblem | undefined {
    if (this.#ancestors.includes(value)) return this.#problem('it contains itself')
    if (isOpaque(value)) return this.#got(value)
    if (this.#ancestors.length === maxJsonDepth) return { reason: tooDeep, path: '' }
    this.#ancestors.push(value)
    const problem = Array.isArray(value)
      ? this.#inspectElements(value)
      : this.#inspectProperties(value as Readonly<Record<string, unknown>>)
    this.#ancestors.pop()
    return problem
  }

  #inspectElements(value: readonly unknown[]): JsonProblem | undefined {
    for (let index = 0; index < value.length; index++) {
      const problem = this.#inspectAt(index, value[index])
      if (problem !== undefined) return problem
    }
    if (Object.keys(value).length !== value.length) this.isChanged = true
    return undefined
  }

  #inspectProperties(value: Readonly<Record<string, unknown>>): JsonProblem | undefined {
    for (const name of Object.keys(value)) {
      if (!name.isWellFormed()) return this.#problem(loneSurrogate)
      const item = value[name]
      if (item === undefined) {
        this.isChanged = true
        continue
      }
      const problem = this.#inspectAt(name, item)
      if (problem !== undefined) return problem
    }
    return undefined
  }

  #inspectAt(place: string | number, value: unknown): JsonProblem | undefined {
    this.#path.push(place)
    const problem = this.inspect(value)
    this.#path.pop()
    return problem
  }

  #got(value: unknown): JsonProblem {
    return this.#problem(`got ${describeValue(value)}`)
  }

  #problem(reason: string): JsonProblem {
    return { reason, path: formatPath(this.#path) }
  }
}

/** True for what has its content elsewhere than in properties of its own: JSON would make `{}` of it, or less than it is. */
function isOpaque(value: object): boolean {
  if (Array.isArray(value)) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === null) return false
  return (
    types.isMap(value) ||
    types.isSet(value) ||
    types.isRegExp(value) ||
    types.isNativeError(value) ||
    types.isBoxedPrimitive(value) ||
    types.isAnyArrayBuffer(value) ||
    ArrayBuffer.isView(value) ||
    // Headers, a Promise, an iterator, an instance of nothing but private fields.
    (Object.getPrototypeOf(prototype) !== null && Object.keys(value).length === 0)
  )
}
