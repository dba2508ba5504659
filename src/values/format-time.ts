/** Days since 1970-01-01 as an ISO 8601 date; years outside 0 to 9999 get a sign and six digits. */
export function formatDate(days: number): string {
  // Howard Hinnant, https://howardhinnant.github.io/date_algorithms.html#civil_from_days
  const shifted = days + 719_468
  const era = Math.floor(shifted / 146_097)
  const dayOfEra = shifted - era * 146_097
  const yearOfEra = Math.floor(
    (dayOfEra -
      Math.floor(dayOfEra / 1460) +
      Math.floor(dayOfEra / 36_524) -
      Math.floor(dayOfEra / 146_096)) /
      365,
  )
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100))
  const shiftedMonth = Math.floor((5 * dayOfYear + 2) / 153)
  const day = dayOfYear - Math.floor((153 * shiftedMonth + 2) / 5) + 1
  const month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
  return `${formatYear(year)}-${pad(month, 2)}-${pad(day, 2)}`
}

/** Nanoseconds since midnight as `HH:MM:SS`, with a fraction of 3, 6 or 9 digits where there is one. */
export function formatTime(nanos: bigint): string {
  const digits = pad(Number(nanos % 1_000_000_000n), 9)
  const needed = digits === '000000000' ? 0 : digits.endsWith('000000') ? 3 : digits.endsWith('000') ? 6 : 9
  return formatClock(nanos, needed)
}

/**
 * A time since 1970-01-01, in `perDay` units a day, as ISO 8601 without an offset.
 *
 * @param fractionDigits - Of the seconds, also where they are zeros.
 */
export function formatTimestamp(count: bigint, perDay: bigint, fractionDigits: number): string {
  const days = (count - floorMod(count, perDay)) / perDay
  const nanos = floorMod(count, perDay) * (86_400_000_000_000n / perDay)
  return `${formatDate(Number(days))}T${formatClock(nanos, fractionDigits)}`
}

function formatClock(nanos: bigint, fractionDigits: number): string {
  const seconds = Number(nanos / 1_000_000_000n)
  const clock = [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
  const text = clock.map((part) => pad(part, 2)).join(':')
  if (fractionDigits === 0) return text
  return `${text}.${pad(Number(nanos % 1_000_000_000n), 9).slice(0, fractionDigits)}`
}

export function floorMod(value: bigint, modulus: bigint): bigint {
  const rest = value % modulus
  return rest < 0n ? rest + modulus : rest
}

function formatYear(year: number): string {
  if (year >= 0 && year <= 9999) return pad(year, 4)
  return `${year < 0 ? '-' : '+'}${pad(Math.abs(year), 6)}`
}

function pad(value: number, digits: number): string {
  return String(value).padStart(digits, '0')
}
