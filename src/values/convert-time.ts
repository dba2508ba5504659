import type { ColumnTypeName } from '../protocol/column-type.js'
import type { QueryValue } from '../protocol/query-value.js'
import { floorMod, formatDate, formatTimestamp } from './format-time.js'
import type { ValueContext } from './value-context.js'

/** The last millisecond that a Date holds: https://tc39.es/ecma262/#sec-time-values-and-time-range */
const lastDateMs = 8_640_000_000_000_000
const msPerDay = 86_400_000
const infiniteDays = 2 ** 31 - 1
const infiniteCount = 2n ** 63n - 1n
const safeCount = Number.MAX_SAFE_INTEGER

/** How a type counts time since 1970-01-01. */
interface TimeUnit {
  readonly perDay: bigint
  readonly fractionDigits: number
  readonly suffix: string
  /** The millisecond that a finite count falls into: the one before it where it is finer. */
  toMs(count: bigint): number
}

const micros = { perDay: 86_400_000_000n, fractionDigits: 6, toMs: microsToMs }

/** The types that count time in 8 bytes. */
export type TimestampTypeName = Extract<ColumnTypeName, `TIMESTAMP${string}`>

export const timeUnits: Readonly<Record<TimestampTypeName, TimeUnit>> = {
  TIMESTAMP_S: { perDay: 86_400n, fractionDigits: 0, suffix: '', toMs: (count) => Number(count) * 1000 },
  TIMESTAMP_MS: { perDay: 86_400_000n, fractionDigits: 3, suffix: '', toMs: Number },
  TIMESTAMP: { ...micros, suffix: '' },
  TIMESTAMPTZ: { ...micros, suffix: 'Z' },
  TIMESTAMP_NS: {
    perDay: 86_400_000_000_000n,
    fractionDigits: 9,
    suffix: '',
    toMs: (count) => Number((count - floorMod(count, 1_000_000n)) / 1_000_000n),
  },
}

/** What makes of a count what the option `timestamps` says; nothing where that is the count. */
export function convertTimestamp(
  unit: TimeUnit,
  { reading, misfit }: ValueContext,
): ((count: bigint) => QueryValue) | undefined {
  const format = (count: bigint) => formatCount(count, unit)
  if (reading.timestamps === 'bigint') return undefined
  if (reading.timestamps === 'string') return format
  const { toMs } = unit
  return (count) => {
    const ms = toMs(count)
    const isHeld = ms <= lastDateMs && ms >= -lastDateMs && !isInfinite(count)
    return isHeld ? new Date(ms) : misfit('timestamps', format(count))
  }
}

/** The same, of the days of a DATE. */
export function convertDate({ reading, misfit }: ValueContext): (days: number) => QueryValue {
  if (reading.timestamps === 'bigint') return BigInt
  if (reading.timestamps === 'string') return formatDays
  return (days) => {
    const ms = days * msPerDay
    return ms <= lastDateMs && ms >= -lastDateMs ? new Date(ms) : misfit('timestamps', formatDays(days))
  }
}

/** In numbers as long as they are exact: twenty times faster. */
function microsToMs(count: bigint): number {
  const number = Number(count)
  if (number > safeCount || number < -safeCount) return Number((count - floorMod(count, 1000n)) / 1000n)
  const rest = number % 1000
  return (number - (rest < 0 ? rest + 1000 : rest)) / 1000
}

function isInfinite(count: bigint): boolean {
  return count === infiniteCount || count === -infiniteCount
}

function formatCount(count: bigint, { perDay, fractionDigits, suffix }: TimeUnit): string {
  if (isInfinite(count)) return count > 0n ? 'infinity' : '-infinity'
  return formatTimestamp(count, perDay, fractionDigits) + suffix
}

function formatDays(days: number): string {
  if (Math.abs(days) === infiniteDays) return days > 0 ? 'infinity' : '-infinity'
  return formatDate(days)
}
