import { numberText } from './number-text.js'

/**
 * A decimal number without the blanks around it, and without underscores: `DecimalEncoder` reads it exactly. With an
 * exponent it stays as it is, for a cast has its own rules for those.
 */
export function parseExactDecimal(text: string): unknown {
  return /[eE]/.test(text) ? text : numberText(text)
}
