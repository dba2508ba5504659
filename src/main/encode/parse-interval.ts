/** Months, days and microseconds are kept apart: a month has no fixed number of days, nor a day of hours. */
export interface IntervalParts {
  readonly months: bigint
  readonly days: bigint
  readonly micros: bigint
}

const number = '([+-]?\\d{1,15})'
const durationPattern = new RegExp(
  `^([+-])?P(?:${number}Y)?(?:${number}M)?(?:${number}W)?(?:${number}D)?` +
    `(T(?:${number}H)?(?:${number}M)?(?:([+-]?)(\\d{1,15})(?:[.,](\\d{1,9}))?S)?)?$`,
)

/**
 * Reads an ISO 8601 duration: `P1Y2M3DT4H5M6.789S`, `-PT1H`, `P2W`.
 *
 * @returns its parts, or what is wrong: not a duration, or a fraction finer than microseconds.
 */
export function parseInterval(text: string): IntervalParts | 'syntax' | 'fraction' {
  const match = durationPattern.exec(text)
  if (match === null || text.endsWith('P') || text.endsWith('T')) return 'syntax'
  const [, sign, years, months, weeks, days, , hours, minutes, secondSign, seconds, fraction = ''] = match
  const nanos = integer(fraction.padEnd(9, '0'))
  if (nanos % 1000n !== 0n) return 'fraction'
  const secondMicros = (integer(seconds) * 1_000_000n + nanos / 1000n) * (secondSign === '-' ? -1n : 1n)
  const factor = sign === '-' ? -1n : 1n
  return {
    months: factor * (integer(years) * 12n + integer(months)),
    days: factor * (integer(weeks) * 7n + integer(days)),
    micros: factor * (integer(hours) * 3_600_000_000n + integer(minutes) * 60_000_000n + secondMicros),
  }
}

function integer(digits: string | undefined): bigint {
  return digits === undefined || digits === ''
    ? 0n
    : BigInt(digits.startsWith('+') ? digits.slice(1) : digits)
}
