import { timeOf } from './own-slots.js'

/** More levels of objects and arrays are left to `findJsonProblem`. */
const mostLevels = 100

/**
 * Whether JSON holds all of a value, as far as that is quickly seen: plain objects, arrays, strings, finite numbers,
 * booleans, null and Dates. It is looked at before its text is kind, which takes ten times as long; what this does not
 * know is looked at by `findJsonProblem`.
 *
 * Whether strings are well-formed is seen in the text, where a lone surrogate stands as `\ud83d`.
 */
export function isPlainJson(value: unknown): boolean {
  return isPlain(value, mostLevels)
}

function isPlain(value: unknown, levels: number): boolean {
  // Not by a `switch`, nor by the prototype instead of the constructor: each would take half as long again.
  if (typeof value === 'string') return true
  if (typeof value === 'number') return isFiniteNumber(value)
  if (typeof value !== 'object') return typeof value === 'boolean'
  if (value === null) return true
  if (levels === 0) return false
  const { constructor: kind } = value
  if (kind === Object) return isPlainObject(value as Record<string, unknown>, levels - 1)
  if (kind === Array) return Array.isArray(value) && isPlainArray(value, levels - 1)
  return kind === Date && isFiniteNumber(timeOf(value as Date))
}

/** A property that is undefined is left out of the text, and reads as undefined. */
function isPlainObject(value: Readonly<Record<string, unknown>>, levels: number): boolean {
  let isEmpty = true
  for (const name in value) {
    isEmpty = false
    const item = value[name]
    if (item !== undefined && !isPlain(item, levels)) return false
  }
  // An iterator, too, inherits its constructor from Object.
  return !isEmpty || Object.getPrototypeOf(value) === Object.prototype
}

function isPlainArray(value: readonly unknown[], levels: number): boolean {
  // By its index, for holes are undefined, too.
  for (let index = 0; index < value.length; index++) if (!isPlain(value[index], levels)) return false
  return true
}

function isFiniteNumber(value: number): boolean {
  return value - value === 0
}
