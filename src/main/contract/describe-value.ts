import { quoteText, toVisible } from '../../protocol/visible-text.js'

const longestText = 40

/** The message of an error of others, in a message. */
const longestError = 200

/** A bigint of more bits is not written out. */
const longestBits = 1024

/**
 * A value as it appears in a message: short, on one line, and safe for hostile objects, whose own code is not run.
 *
 * `'garbage' (string)`, `-5 (number)`, `Map (object)`.
 */
export function describeValue(value: unknown): string {
  switch (typeof value) {
    case 'string':
      return `${quoteText(value, longestText)} (string)`
    case 'bigint':
      // The text of a million digits takes 140 ms to make.
      if (BigInt.asIntN(longestBits, value) !== value) return `more than ${longestBits} bits (bigint)`
      return `${toVisible(value.toString(), longestText)}n (bigint)`
    case 'number':
      return `${Object.is(value, -0) ? '-0' : value} (number)`
    case 'boolean':
      return `${value} (boolean)`
    case 'object':
      return value === null ? 'null' : `${classNameOf(value)} (object)`
    default:
      return typeof value
  }
}

/**
 * What was thrown, by the first line of its message: V8 draws a circle over several. Its code may be run, for the caller's
 * own threw it.
 */
export function describeError(error: unknown): string {
  if (!(error instanceof Error)) return describeValue(error)
  try {
    return toVisible(String(error.message).split('\n', 1)[0] ?? '', longestError)
  } catch {
    return describeValue(error)
  }
}

function classNameOf(value: object): string {
  if (Array.isArray(value)) return 'Array'
  try {
    const name: unknown = Object.getPrototypeOf(value)?.constructor?.name
    return typeof name === 'string' && name !== '' ? toVisible(name, longestText) : 'Object'
  } catch {
    return 'Object'
  }
}
