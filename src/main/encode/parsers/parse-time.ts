import { trimBlanks } from './number-text.js'
import { ParseProblem } from './parse-problem.js'

const datePattern = /^(-?)(\d{4,7})([-/])(\d{1,2})\3(\d{1,2})(?:[T ](.+))?$/
const clockPattern = /^(\d{1,2}):(\d{1,2})(?::(\d{1,2})(.*[^z])?)?$/
const infinite = /^(-?)inf(?:inity)?$/i
const offset = /[+-][\d:]+$/

/** Reads a DATE: ISO 8601, and also `2024/5/31`, ` 2024-05-31 `, `inf`. One with a time is refused, but for midnight. */
export function parseDate(text: string): unknown {
  return toIso(trimBlanks(text)) ?? text
}

/** Reads a time with or without its offset from UTC: ISO 8601, and also `2024/5/31 1:30:00 UTC`. */
export function parseMoment(text: string): unknown {
  return toIso(text) ?? text
}

/** The same where an offset would be lost: SQL's cast to TIMESTAMP reads over it. */
export function parseLocalTime(text: string): unknown {
  const clock = text.indexOf(':')
  const [zone = ''] = (clock === -1 ? undefined : offset.exec(text.slice(clock))) ?? []
  return /[1-9]/.test(zone)
    ? new ParseProblem('range', 'a time in UTC, or a column of type TIMESTAMPTZ', text)
    : parseMoment(text)
}

/** Reads a TIME: `12:30`, `1:30:05.5`. */
export function parseClock(text: string): unknown {
  return toIsoClock(text) ?? text
}

/** The text in the form that the encoders read. */
function toIso(text: string): string | undefined {
  const [, infiniteSign] = infinite.exec(text) ?? []
  if (infiniteSign !== undefined) return `${infiniteSign}infinity`
  const [, sign = '', year = '', , month = '', day = '', rest] = datePattern.exec(text) ?? []
  if (year === '') return undefined
  const date = `${sign || (year.length > 4 ? '+' : '')}${year}-${month.padStart(2, '0')}-${day.padStart(2, '0')}`
  if (rest === undefined) return date
  const clock = toIsoClock(rest)
  return clock === undefined ? undefined : `${date}T${clock}`
}

function toIsoClock(text: string): string | undefined {
  const [, hour = '', minute = '', second, rest = ''] = clockPattern.exec(text) ?? []
  if (hour === '') return undefined
  const clock = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`
  if (second === undefined) return clock
  return `${clock}:${second.padStart(2, '0')}${rest.replace(/ UTC$/i, 'Z')}`
}
