const longestText = 40

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
      return `${quoteShort(value)} (string)`
    case 'bigint':
      // The text of a million digits takes 140 ms to make.
      if (BigInt.asIntN(longestBits, value) !== value) return `more than ${longestBits} bits (bigint)`
      return `${shorten(value.toString())}n (bigint)`
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

function quoteShort(text: string): string {
  return `'${shorten(text).replaceAll('\n', '\\n')}'`
}

function shorten(text: string): string {
  return text.length <= longestText ? text : `${text.slice(0, longestText)}...`
}

function classNameOf(value: object): string {
  if (Array.isArray(value)) return 'Array'
  try {
    const name: unknown = Object.getPrototypeOf(value)?.constructor?.name
    return typeof name === 'string' && name !== '' ? shorten(name) : 'Object'
  } catch {
    return 'Object'
  }
}
