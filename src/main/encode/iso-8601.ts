import { daysFromCivil, daysInMonth } from './calendar.js'

export const nanosPerDay = 86_400_000_000_000

/** A date and time as its text says it. */
export interface IsoDateTime {
  /** Days since 1970-01-01, of the date as written. */
  readonly days: number
  /** Nanoseconds since midnight, less the offset from UTC: may be negative, or more than a day. */
  readonly nanos: number
}

/** What is wrong with a text: not of the form, or with more fraction digits than nanoseconds have. */
export type IsoProblem = 'syntax' | 'fraction'

/**
 * Reads `2024-05-31`, `2024-05-31T12:30`, `2024-05-31 12:30:05.123456789+02:00`, `+012024-05-31T12:30:05Z`.
 *
 * Without an offset the time is UTC. Years have four digits, or a sign and at least four.
 *
 * @see https://en.wikipedia.org/wiki/ISO_8601
 */
export function parseIsoDateTime(text: string): IsoDateTime | IsoProblem {
  const reader = new Reader(text)
  const days = reader.date()
  if (days === undefined) return 'syntax'
  if (reader.isAtEnd) return { days, nanos: 0 }
  if (!reader.take('T') && !reader.take('t') && !reader.take(' ')) return 'syntax'
  const time = reader.time()
  if (typeof time === 'string') return time
  if (time === nanosPerDay) return 'syntax'
  const offset = reader.offsetMinutes()
  if (offset === undefined || !reader.isAtEnd) return 'syntax'
  return { days, nanos: time - offset * 60_000_000_000 }
}

/** Reads a time of day, `12:30`, `12:30:05`, `12:30:05.123456`, up to `24:00:00`, as nanoseconds since midnight. */
export function parseIsoTime(text: string): number | IsoProblem {
  const reader = new Reader(text)
  const time = reader.time()
  return typeof time === 'string' || reader.isAtEnd ? time : 'syntax'
}

/** Reads a time of day and its offset from UTC, `12:30:05.123456+02:30`; without one it is UTC. */
export function parseZonedTime(
  text: string,
): { readonly nanos: number; readonly offsetSeconds: number } | IsoProblem {
  const reader = new Reader(text)
  const nanos = reader.time()
  if (typeof nanos === 'string') return nanos
  const offsetSeconds = reader.offsetSeconds()
  return offsetSeconds === undefined || !reader.isAtEnd ? 'syntax' : { nanos, offsetSeconds }
}

class Reader {
  readonly #text: string
  #position = 0

  constructor(text: string) {
    this.#text = text
  }

  get isAtEnd(): boolean {
    return this.#position === this.#text.length
  }

  take(character: string): boolean {
    if (this.#text[this.#position] !== character) return false
    this.#position++
    return true
  }

  /** Days since 1970-01-01. */
  date(): number | undefined {
    const isNegative = this.take('-')
    const isSigned = isNegative || this.take('+')
    const absoluteYear = this.#digits(4, isSigned ? 7 : 4)
    if (absoluteYear === undefined || (isNegative && absoluteYear === 0)) return undefined
    if (!this.take('-')) return undefined
    const month = this.#digits(2, 2)
    if (month === undefined || month < 1 || month > 12 || !this.take('-')) return undefined
    const day = this.#digits(2, 2)
    const year = isNegative ? -absoluteYear : absoluteYear
    if (day === undefined || day < 1 || day > daysInMonth(year, month)) return undefined
    return daysFromCivil(year, month, day)
  }

  /** Nanoseconds since midnight. */
  time(): number | IsoProblem {
    const hour = this.#digits(2, 2)
    if (hour === undefined || hour > 24 || !this.take(':')) return 'syntax'
    const minute = this.#digits(2, 2)
    if (minute === undefined || minute > 59) return 'syntax'
    let second: number | undefined = 0
    let nanos: number | IsoProblem = 0
    if (this.take(':')) {
      second = this.#digits(2, 2)
      if (second === undefined || second > 59) return 'syntax'
      if (this.take('.')) nanos = this.#fraction()
      if (typeof nanos === 'string') return nanos
    }
    const total = ((hour * 60 + minute) * 60 + second) * 1_000_000_000 + nanos
    return total > nanosPerDay ? 'syntax' : total
  }

  /** Minutes east of UTC: `Z`, `+02`, `+0230`, `+02:30`, or nothing, which is UTC. */
  offsetMinutes(): number | undefined {
    if (this.isAtEnd || this.take('Z') || this.take('z')) return 0
    const isNegative = this.take('-')
    if (!isNegative && !this.take('+')) return undefined
    const hours = this.#digits(2, 2)
    if (hours === undefined || hours > 23) return undefined
    let minutes: number | undefined = 0
    if (!this.isAtEnd) {
      this.take(':')
      minutes = this.#digits(2, 2)
      if (minutes === undefined || minutes > 59) return undefined
    }
    const total = hours * 60 + minutes
    return isNegative ? -total : total
  }

  /** The same in seconds, which may be part of it: `+02:30:15`. */
  offsetSeconds(): number | undefined {
    const isNegative = this.#text[this.#position] === '-'
    const minutes = this.offsetMinutes()
    if (minutes === undefined || !this.take(':')) return minutes === undefined ? undefined : minutes * 60
    const seconds = this.#digits(2, 2)
    if (seconds === undefined || seconds > 59) return undefined
    return minutes * 60 + (isNegative ? -seconds : seconds)
  }

  /** Nanoseconds of a fraction of a second. Digits past the ninth may only be zeros. */
  #fraction(): number | IsoProblem {
    let nanos = 0
    let count = 0
    for (let digit = this.#digit(); digit !== undefined; digit = this.#digit()) {
      if (count < 9) nanos = nanos * 10 + digit
      else if (digit !== 0) return 'fraction'
      count++
    }
    return count === 0 ? 'syntax' : nanos * 10 ** Math.max(0, 9 - count)
  }

  #digits(atLeast: number, atMost: number): number | undefined {
    let value = 0
    let count = 0
    while (count < atMost) {
      const digit = this.#digit()
      if (digit === undefined) break
      value = value * 10 + digit
      count++
    }
    return count < atLeast ? undefined : value
  }

  #digit(): number | undefined {
    const digit = this.#text.charCodeAt(this.#position) - 48
    if (!(digit >= 0 && digit <= 9)) return undefined
    this.#position++
    return digit
  }
}
