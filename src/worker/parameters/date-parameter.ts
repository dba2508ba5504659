import {
  DATE,
  DuckDBTypeId,
  dateValue,
  TIME,
  TIMESTAMP,
  TIMESTAMP_MS,
  TIMESTAMP_NS,
  TIMESTAMP_S,
  TIMESTAMPTZ,
  TIMETZ,
  timestampMillisValue,
  timestampNanosValue,
  timestampSecondsValue,
  timestampTZValue,
  timestampValue,
  timeTZValue,
  timeValue,
  VARCHAR,
} from '@duckdb/node-api'
import type { UntypedDate } from './date-probe.js'
import type { TypedValue } from './typed-value.js'

const dayMs = 86_400_000

/**
 * The time of a Date, in UTC whatever the setting `TimeZone` says: DuckDB takes a TIMESTAMP for one of that zone where
 * it makes a TIMESTAMPTZ of it, so it is bound as what the place is for. It is a TIMESTAMP where that would lose
 * something of it in a comparison.
 */
export function dateParameter(value: Date, typeId: DuckDBTypeId, untyped: UntypedDate): TypedValue {
  const ms = value.getTime()
  const micros = BigInt(ms) * 1000n
  const dayMicros = BigInt(((ms % dayMs) + dayMs) % dayMs) * 1000n
  if (typeId === DuckDBTypeId.INVALID && untyped === 'text') return [value.toISOString(), VARCHAR]
  switch (typeId === DuckDBTypeId.INVALID && untyped === 'timestamptz' ? DuckDBTypeId.TIMESTAMP_TZ : typeId) {
    case DuckDBTypeId.TIMESTAMP_TZ:
      return [timestampTZValue(micros), TIMESTAMPTZ]
    case DuckDBTypeId.TIMESTAMP_MS:
      return [timestampMillisValue(BigInt(ms)), TIMESTAMP_MS]
    case DuckDBTypeId.TIME:
      return [timeValue(dayMicros), TIME]
    case DuckDBTypeId.TIME_TZ:
      return [timeTZValue(dayMicros, 0), TIMETZ]
    case DuckDBTypeId.DATE:
      if (dayMicros === 0n) return [dateValue(ms / dayMs), DATE]
      break
    case DuckDBTypeId.TIMESTAMP_S:
      if (ms % 1000 === 0) return [timestampSecondsValue(BigInt(ms / 1000)), TIMESTAMP_S]
      break
    case DuckDBTypeId.TIMESTAMP_NS:
      if (BigInt.asIntN(64, micros * 1000n) === micros * 1000n) {
        return [timestampNanosValue(micros * 1000n), TIMESTAMP_NS]
      }
      break
  }
  return [timestampValue(micros), TIMESTAMP]
}
