import { parseDecimal } from '../parse-decimal.js'
import { numberText, trimBlanks } from './number-text.js'
import { ParseProblem } from './parse-problem.js'

/** Of so few digits that a number holds it. */
const shortInteger = /^[+-]?\d{1,15}$/
const literal = /^0(?:[xX][\da-fA-F]+|[bB][01]+)$/

/** The most digits that an integer of 128 bits has. */
const mostDigits = 39

/** Reads an integer: `12`, ` +5 `, `1_000`, `1e3`, `12.0`. What has a fraction is refused, where a cast would round it. */
export function parseInteger(text: string): unknown {
  const plain = numberText(text)
  if (shortInteger.test(plain)) return Number(plain)
  const integer = parseDecimal(plain, mostDigits, 0)
  if (typeof integer === 'bigint') return integer
  if (integer === 'syntax') return text
  const expected = integer === 'fraction' ? 'an integer' : 'an integer of the type'
  return new ParseProblem('range', expected, text)
}

/** The same for integers of up to 64 bits, which may also be `0x1F` or `0b101`. */
export function parseShortInteger(text: string): unknown {
  return literal.test(text) ? BigInt(text) : parseInteger(text)
}

/** The same for integers without a sign, `-0` included. */
export function parseUnsigned(text: string): unknown {
  return refuseMinus(text) ?? parseShortInteger(text)
}

/** The same for 128 bits. */
export function parseUnsignedHugeint(text: string): unknown {
  return refuseMinus(text) ?? parseInteger(text)
}

/** The same for integers of any size. */
export function parseBignum(text: string): unknown {
  const plain = trimBlanks(text)
  return /^[+-]?\d+$/.test(plain) ? BigInt(plain.replace(/^\+/, '')) : parseInteger(text)
}

function refuseMinus(text: string): ParseProblem | undefined {
  const isNegative = /^-\.?\d/.test(trimBlanks(text))
  return isNegative ? new ParseProblem('range', 'an integer that is not negative', text) : undefined
}
