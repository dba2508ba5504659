import { quoteName } from '../../protocol/visible-text.js'
import { describeValue } from './describe-value.js'

/** Throws when `value` is given and is not a number from `min` (inclusive) up; a whole one if `isInteger`. */
export function checkNumber(name: string, value: unknown, min: number, isInteger: boolean): void {
  if (value === undefined) return
  const kind = isInteger ? 'an integer' : 'a number'
  const message = `Expected \`${name}\` to be ${kind} >= ${min}, got ${describeValue(value)}`
  if (typeof value !== 'number') throw new TypeError(message)
  if (!(value >= min) || !Number.isFinite(value) || (isInteger && !Number.isInteger(value))) {
    throw new RangeError(message)
  }
}

/** Throws when `value` is given and is not of JavaScript's type `type`. */
export function checkType(name: string, value: unknown, type: 'boolean' | 'string' | 'function'): void {
  if (value === undefined || typeof value === type) return
  throw new TypeError(`Expected \`${name}\` to be a ${type}, got ${describeValue(value)}`)
}

/**
 * The options as they are now, each read once, and without what every object inherits: a library may have added to that
 * what would be an option here. To be taken apart, or asked for a property, with nothing but undefined for what is not
 * given.
 *
 * @throws TypeError if `options` is not an object, or has a property that is not in `names`: most often a misspelt one.
 */
export function ownOptions<Options extends object>(
  what: string,
  options: Options,
  names: readonly string[],
): Partial<Options> {
  const given: unknown = options
  if (typeof given !== 'object' || given === null || Array.isArray(given) || isOfOthers(given)) {
    throw new TypeError(`Expected ${what} to be an object, got ${describeValue(given)}`)
  }
  const own: Partial<Options> = Object.assign(Object.create(null), given)
  for (const name of Object.keys(own)) {
    if (names.includes(name)) continue
    throw new TypeError(`Expected ${what} to have only ${names.join(', ')}, got ${quoteName(name)}`)
  }
  return own
}

/** Whether an object with nothing of its own is of a class, such as a signal in the place of the options. */
function isOfOthers(given: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(given)
  if (typeof prototype !== 'object' || prototype === null || Object.keys(given).length > 0) return false
  // In another realm, `Object.prototype` is another one.
  const isPlain = Object.getPrototypeOf(prototype) === null || !Object.hasOwn(prototype, 'constructor')
  return !isPlain
}
