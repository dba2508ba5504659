import {
  DuckDBArrayValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBMapValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  type DuckDBType,
  DuckDBUnionValue,
  type DuckDBValue,
  DuckDBVariantValue,
} from '@duckdb/node-api'
import type { QueryValue } from '../../protocol/requests.js'
import { WorkerFailure } from '../failure.js'
import { floorMod, formatDate, formatTime, formatTimestamp } from './format-time.js'

const nanosPerDay = 86_400_000_000_000n
/** The last millisecond that a Date holds: https://tc39.es/ecma262/#sec-time-values-and-time-range */
const lastDateMs = 8_640_000_000_000_000n

/** Levels of arrays and objects that are sent as they are: any stack suffices for these. */
const shallowLevels = 100
/**
 * More levels are not read. With Node's usual stacks, 1,900 levels of objects are the most that main can receive, and
 * 12,000 what the worker can send; a worker with `stackSizeMb: 1` can send 2,500.
 */
const mostLevels = 1000

/** A value on its way to main. */
interface Weighed {
  readonly value: QueryValue
  /** About how many bytes it takes. */
  readonly bytes: number
  readonly isDeep: boolean
}

/** A value as it is read: plain, cloneable, and nothing of it lost. README has the table. */
export function toQueryValue(item: DuckDBValue, type: DuckDBType): Weighed {
  const isJson = typeof item === 'string' && type.alias === 'JSON'
  const value = isJson ? parseJson(item) : toPlain(item)
  const bytes = weigh(value, shallowLevels)
  if (!Number.isNaN(bytes)) return { value, bytes, isDeep: false }
  const deepBytes = weigh(value, mostLevels)
  if (!Number.isNaN(deepBytes)) return { value, bytes: deepBytes, isDeep: true }
  if (isJson) return { value: item, bytes: weigh(item, 0), isDeep: false }
  const message = `A value is nested more than ${mostLevels} levels deep`
  throw new WorkerFailure({ code: 'PERSIST_QUERY_FAILED', message })
}

/** About how many bytes a value takes on its way to main; NaN if it has more levels of arrays and objects. */
function weigh(value: QueryValue, levels: number): number {
  if (typeof value === 'string') return 16 + value.length
  if (typeof value !== 'object' || value === null || value instanceof Date) return 16
  if (value instanceof Uint8Array) return 64 + value.byteLength
  if (levels === 0) return Number.NaN
  let bytes = 32
  for (const [key, item] of Object.entries(value)) bytes += key.length + weigh(item, levels - 1)
  return bytes
}

/** DuckDB does not check what is written to a JSON column; text that is not JSON is returned as it is. */
function parseJson(text: string): QueryValue {
  try {
    return JSON.parse(text)
  } catch {
    return text
  }
}

function toPlain(value: DuckDBValue): QueryValue {
  if (value === null || typeof value !== 'object') return value
  if (value instanceof DuckDBTimestampValue) return toTime(value.micros, 1000n, value.isFinite, '')
  if (value instanceof DuckDBTimestampTZValue) return toTime(value.micros, 1000n, value.isFinite, 'Z')
  if (value instanceof DuckDBTimestampMillisecondsValue) {
    return toTime(value.millis, 1_000_000n, value.isFinite, '')
  }
  if (value instanceof DuckDBTimestampSecondsValue) {
    return toTime(value.seconds, 1_000_000_000n, value.isFinite, '')
  }
  if (value instanceof DuckDBTimestampNanosecondsValue) return toTime(value.nanos, 1n, value.isFinite, '')
  if (value instanceof DuckDBDateValue) return toDate(value)
  if (value instanceof DuckDBTimeValue) return formatTime(value.micros * 1000n)
  if (value instanceof DuckDBBlobValue) return new Uint8Array(value.bytes)
  if (value instanceof DuckDBIntervalValue) {
    return { months: value.months, days: value.days, micros: value.micros }
  }
  return toNested(value)
}

function toNested(value: DuckDBValue & object): QueryValue {
  if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) return value.items.map(toPlain)
  if (value instanceof DuckDBStructValue) {
    return Object.fromEntries(Object.entries(value.entries).map(([name, item]) => [name, toPlain(item)]))
  }
  if (value instanceof DuckDBMapValue) {
    return value.entries.map(({ key, value: item }) => ({ key: toPlain(key), value: toPlain(item) }))
  }
  if (value instanceof DuckDBUnionValue || value instanceof DuckDBVariantValue) return toPlain(value.value)
  // DECIMAL, UUID, BIT, TIMETZ: DuckDB's own text.
  return value.toString()
}

function toDate({ days, isFinite: isDay }: DuckDBDateValue): Date | string {
  if (!isDay) return days > 0 ? 'infinity' : '-infinity'
  const ms = days * 86_400_000
  return Math.abs(ms) <= Number(lastDateMs) ? new Date(ms) : formatDate(days)
}

/** A Date where it is exact, and else ISO 8601: finer than milliseconds, beyond a Date's years, or infinite. */
function toTime(count: bigint, unitNanos: bigint, isTime: boolean, suffix: string): Date | string {
  if (!isTime) return count > 0n ? 'infinity' : '-infinity'
  const nanos = count * unitNanos
  const ms = (nanos - floorMod(nanos, 1_000_000n)) / 1_000_000n
  const isWhole = nanos % 1_000_000n === 0n
  if (isWhole && ms <= lastDateMs && ms >= -lastDateMs) return new Date(Number(ms))
  return formatTimestamp(count, nanosPerDay / unitNanos) + suffix
}
