import type { ColumnTypeName } from '../protocol/column-type.js'
import type { QueryValue } from '../protocol/query-value.js'
import { floorMod, formatDate, formatTimestamp } from './format-time.js'
import type { ValueContext } from './value-context.js'

/** The last millisecond that a Date holds: https://tc39.es/ecma262/#sec-time-values-and-time-range */
const lastDateMs = 8_640_000_000_000_000
const msPerDay = 86_400_000
const infiniteDays = 2 ** 31 - 1
const infiniteCount = 2n ** 63n - 1n

/** How a type counts time since 1970-01-01. */
interface TimeUnit {
  readonly perDay: bigint
  readonly fractionDigits: number
  readonly suffix: string
  /** The millisecond that a finite count falls into: the one before it where it is finer. */
  toMs(count: bigint): number
  /** The same of a count that is a safe integer, in numbers: twenty times faster. */
  safeToMs(count: number): number
}

const micros = {
  perDay: 86_400_000_000n,
  fractionDigits: 6,
  toMs: (count: bigint) => Number((count - floorMod(count, 1000n)) / 1000n),
  safeToMs: (count: number) => Math.floor(count / 1000),
}

/** The types that count time in 8 bytes. */
export type TimestampTypeName = Extract<ColumnTypeName, `TIMESTAMP${string}`>

export const timeUnits: Readonly<Record<TimestampTypeName, TimeUnit>> = {
  TIMESTAMP_S: {
    perDay: 86_400n,
    fractionDigits: 0,
    suffix: '',
    toMs: (count) => Number(count) * 1000,
    safeToMs: (count) => count * 1000,
  },
  TIMESTAMP_MS: {
    perDay: 86_400_000n,
    fractionDigits: 3,
    suffix: '',
    toMs: Number,
    safeToMs: (count) => count,
  },
  TIMESTAMP: { ...micros, suffix: '' },
  TIMESTAMPTZ: { ...micros, suffix: 'Z' },
  TIMESTAMP_NS: {
    perDay: 86_400_000_000_000n,
    fractionDigits: 9,
    suffix: '',
    toMs: (count) => Number((count - floorMod(count, 1_000_000n)) / 1_000_000n),
    safeToMs: (count) => Math.floor(count / 1_000_000),
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
  const { toMs, safeToMs } = unit
  return (count) => {
    const number = Number(count)
    const ms = Number.isSafeInteger(number) ? safeToMs(number) : toMs(count)
    const isHeld = ms <= lastDateMs && ms >= -lastDateMs && !isInfinite(count)
    return isHeld ? new Date(ms) : misfit('timestamps', format(count))
  }
}

/** The same of counts that are safe integers, and so finite; nothing where it takes a bigint. */
export function convertTimestampNumber(
  unit: TimeUnit,
  { reading, misfit }: ValueContext,
): ((count: number) => QueryValue) | undefined {
  if (reading.timestamps !== 'date') return undefined
  const { safeToMs } = unit
  return (count) => {
    const ms = safeToMs(count)
    if (ms <= lastDateMs && ms >= -lastDateMs) return new Date(ms)
    return misfit('timestamps', formatCount(BigInt(count), unit))
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
