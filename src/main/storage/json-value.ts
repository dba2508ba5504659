import { types } from 'node:util'
import { describeValue } from '../describe-value.js'
import { maxJsonDepth } from '../encode/json-depth.js'

/**
 * The value as JSON will have it: itself where JSON holds it as it is, else what JSON makes of it, such as the ISO
 * string of a Date.
 *
 * @throws TypeError, naming the key, for what JSON has no place for: undefined, functions, symbols, bigints, numbers
 * that are not finite, circles.
 */
export function toJsonValue<T>(key: string, value: T): T {
  const problem = findProblem(value, [])
  if (problem === undefined) return value
  if (problem !== 'changes') throw refuse(key, problem)
  let text: string | undefined
  try {
    text = JSON.stringify(value)
  } catch (error) {
    const reason = error instanceof Error ? error.message.split('\n')[0] : describeValue(error)
    throw refuse(key, `reading it threw ${reason}`, error)
  }
  if (text === undefined) throw refuse(key, `got ${describeValue(value)}`)
  return JSON.parse(text)
}

function refuse(key: string, reason: string, cause?: unknown): TypeError {
  return new TypeError(`Expected the value of ${describeValue(key)} to be JSON: ${reason}`, { cause })
}

/** What is wrong with a value, or `'changes'` where JSON makes another value of it. */
function findProblem(value: unknown, ancestors: object[]): string | 'changes' | undefined {
  switch (typeof value) {
    case 'string':
      return value.isWellFormed() ? undefined : 'a lone surrogate has no UTF-8 encoding'
    case 'boolean':
      return undefined
    case 'number':
      if (Object.is(value, -0)) return 'changes'
      return Number.isFinite(value) ? undefined : `got ${value}`
    case 'object':
      return value === null ? undefined : findObjectProblem(value, ancestors)
    default:
      return `got ${describeValue(value)}`
  }
}

function findObjectProblem(value: object, ancestors: object[]): string | 'changes' | undefined {
  if (ancestors.includes(value)) return 'it contains itself'
  if (isOpaque(value)) return `got ${describeValue(value)}`
  if (ancestors.length === maxJsonDepth) return `it is nested more than ${maxJsonDepth} levels deep`
  let result: 'changes' | undefined
  try {
    if ('toJSON' in value && typeof value.toJSON === 'function') {
      if (value instanceof Date && Number.isNaN(value.getTime())) return 'the Date is invalid'
      const made: unknown = value.toJSON('')
      ancestors.push(value)
      const problem = findProblem(made, ancestors)
      ancestors.pop()
      return problem ?? 'changes'
    }
    ancestors.push(value)
    const isArray = Array.isArray(value)
    const names = Object.keys(value)
    // Its holes, and what is not an element of it.
    if (isArray && names.length !== value.length) {
      if (value.includes(undefined)) return 'got undefined in an array'
      result = 'changes'
    }
    for (const name of names) {
      if (!name.isWellFormed()) return 'a lone surrogate has no UTF-8 encoding'
      const item: unknown = (value as Record<string, unknown>)[name]
      // JSON leaves out such a property, and reads as undefined all the same.
      if (item === undefined && !isArray) {
        result = 'changes'
        continue
      }
      const problem = findProblem(item, ancestors)
      if (problem === 'changes') result = 'changes'
      else if (problem !== undefined) return `${problem} at \`${name}\``
    }
    ancestors.pop()
  } catch (error) {
    return `reading it threw ${error instanceof Error ? error.message : describeValue(error)}`
  }
  return result
}

/** True for objects whose contents JSON does not see, and would make `{}` of, or something else. */
function isOpaque(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype === Object.prototype || prototype === Array.prototype || prototype === null) return false
  if ('toJSON' in value) return false
  return (
    types.isMap(value) ||
    types.isSet(value) ||
    types.isWeakMap(value) ||
    types.isWeakSet(value) ||
    types.isPromise(value) ||
    types.isRegExp(value) ||
    types.isNativeError(value) ||
    types.isBoxedPrimitive(value) ||
    types.isAnyArrayBuffer(value) ||
    ArrayBuffer.isView(value)
  )
}
