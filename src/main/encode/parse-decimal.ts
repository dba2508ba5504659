const decimalPattern = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,9}))?$/

/** Why a text is not a DECIMAL(width, scale). */
export type DecimalProblem = 'syntax' | 'fraction' | 'magnitude'

/**
 * Reads a decimal number exactly: `-12.340`, `.5`, `1e-3`.
 *
 * @returns the value times 10^`scale`, or why it does not fit into `width` digits, `scale` of them after the point.
 */
export function parseDecimal(text: string, width: number, scale: number): bigint | DecimalProblem {
  const match = decimalPattern.exec(text)
  if (match === null) return 'syntax'
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match
  if (whole === '' && fraction === '') return 'syntax'
  const allDigits = whole + fraction
  // By loops: a pattern such as /0+$/ takes time in proportion to the square of a hostile text's length.
  let start = 0
  while (allDigits[start] === '0') start++
  let end = allDigits.length
  while (end > start && allDigits[end - 1] === '0') end--
  if (end === start) return 0n
  const digits = allDigits.slice(start, end)
  const trailingZeros = allDigits.length - end
  // The value is digits × 10^power: everything below compares sizes before any large power is computed.
  const power = Number(exponent) - fraction.length + trailingZeros
  if (-power > scale) return 'fraction'
  if (digits.length + power > width - scale) return 'magnitude'
  const scaled = BigInt(digits) * 10n ** BigInt(power + scale)
  return sign === '-' ? -scaled : scaled
}
