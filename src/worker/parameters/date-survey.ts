import { type DuckDBType, DuckDBTypeId, type DuckDBValue, TIMESTAMP } from '@duckdb/node-api'
import type { Value } from '@duckdb/node-bindings'
import { duckdb } from '../instance/duckdb.js'
import type { ContentSurvey, SurveyContext } from './content-survey.js'
import { dateParameter } from './date-parameter.js'
import { nullablePlace, type Place } from './place.js'
import type { TypedValue } from './typed-value.js'

/** Dates: of the wanted type, or TIMESTAMPs where it would lose something of one of them. */
export class DateSurvey implements ContentSurvey {
  readonly #context: SurveyContext
  readonly #typeId: DuckDBTypeId
  readonly #types = new Map<DuckDBTypeId, DuckDBType>()

  constructor(wanted: DuckDBType | undefined, context: SurveyContext) {
    this.#typeId = wanted?.typeId ?? DuckDBTypeId.INVALID
    this.#context = context
  }

  add(value: Date): void {
    const [, type] = this.#toTyped(value, this.#typeId)
    this.#types.set(type.typeId, type)
  }

  toPlace(): Place {
    const [type = TIMESTAMP, ...others] = this.#types.values()
    if (others.length === 0) return this.#place(type, this.#typeId)
    return this.#place(TIMESTAMP, DuckDBTypeId.TIMESTAMP)
  }

  #place(type: DuckDBType, typeId: DuckDBTypeId): Place {
    return nullablePlace<Date>(type, (value) => createDate(this.#toTyped(value, typeId)))
  }

  #toTyped(value: Date, typeId: DuckDBTypeId): TypedValue {
    return dateParameter(value, typeId, this.#context.dates)
  }
}

/** By the type; values are of the form that the bindings take. */
const creators: ReadonlyMap<DuckDBTypeId, (value: never) => Value> = new Map<
  DuckDBTypeId,
  (value: never) => Value
>([
  [DuckDBTypeId.VARCHAR, duckdb.create_varchar],
  [DuckDBTypeId.DATE, duckdb.create_date],
  [DuckDBTypeId.TIME, duckdb.create_time],
  [DuckDBTypeId.TIME_TZ, duckdb.create_time_tz_value],
  [DuckDBTypeId.TIMESTAMP, duckdb.create_timestamp],
  [DuckDBTypeId.TIMESTAMP_TZ, duckdb.create_timestamp_tz],
  [DuckDBTypeId.TIMESTAMP_S, duckdb.create_timestamp_s],
  [DuckDBTypeId.TIMESTAMP_MS, duckdb.create_timestamp_ms],
  [DuckDBTypeId.TIMESTAMP_NS, duckdb.create_timestamp_ns],
])

function createDate([value, { typeId }]: TypedValue): Value {
  const create = creators.get(typeId) as (value: DuckDBValue) => Value
  return create(value)
}
