/** What a text of JSON has in it. */
interface JsonScan {
  /** Levels of arrays and objects. */
  readonly levels: number
  /** Members of all objects, those with the same key too. */
  readonly members: number
  /** Whether JavaScript's numbers are the ones that the text says. */
  readonly isExact: boolean
}

const [quote, backslash, colon, minus, zero, nine] = [0x22, 0x5c, 0x3a, 0x2d, 0x30, 0x39]
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d]

/** A double holds every decimal number of so many digits. */
const exactDigits = 15
/** So many digits tell every double from all others. */
const doubleDigits = 17

/** A number that begins where the expression is to look. */
const number = /-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/y

/** Looks through a text that is known to be JSON. */
export function scanJson(text: string): JsonScan {
  let depth = 0
  let levels = 0
  let members = 0
  let isExact = true
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index)
    if (code === quote) index = endOfString(text, index)
    else if (code === colon) members++
    else if (code === openBracket || code === openBrace) {
      depth++
      if (depth > levels) levels = depth
    } else if (code === closeBracket || code === closeBrace) depth--
    else if (code === minus || (code >= zero && code <= nine)) {
      number.lastIndex = index
      const token = number.exec(text)?.[0] ?? ''
      isExact &&= isExactNumber(token)
      index += token.length - 1
    }
  }
  return { levels, members, isExact }
}

/** Where the string ends that begins at `start`. */
function endOfString(text: string, start: number): number {
  for (let end = text.indexOf('"', start + 1); end !== -1; end = text.indexOf('"', end + 1)) {
    let backslashes = 0
    while (text.charCodeAt(end - 1 - backslashes) === backslash) backslashes++
    if (backslashes % 2 === 0) return end
  }
  return text.length
}

/**
 * Whether nothing of a number is lost in a double: it is what JavaScript writes the double as. Or it is a fraction of up
 * to 17 digits to which the double is the same: others write 0.1 as `0.10000000000000001`.
 */
function isExactNumber(token: string): boolean {
  if (token.length <= exactDigits && !/[eE]/.test(token)) return true
  const value = Number(token)
  if (!Number.isFinite(value)) return false
  const expected = normalize(token)
  if (normalize(String(value)) === expected) return true
  const digits = digitsOf(token).length
  const mayBeLonger = digits > exactDigits && digits <= doubleDigits && token.includes('.')
  return mayBeLonger && normalize(value.toPrecision(digits)) === expected
}

/** The digits of a number without its exponent, from the first that is not zero. */
function digitsOf(token: string): string {
  return token
    .replace(/[eE].*$/, '')
    .replace(/[-.]/g, '')
    .replace(/^0+/, '')
}

/** One text for each number: its digits without zeros at the end, and the power of ten of the last one. */
function normalize(token: string): string {
  const [mantissa = '', exponent = '0'] = token.toLowerCase().split('e')
  const digits = digitsOf(mantissa)
  let length = digits.length
  while (digits.charCodeAt(length - 1) === zero) length--
  if (length === 0) return '0'
  const significant = digits.slice(0, length)
  const [, fraction = ''] = mantissa.split('.')
  const power = Number(exponent) - fraction.length + digits.length - length
  return `${token.startsWith('-') ? '-' : ''}${significant}e${power}`
}
