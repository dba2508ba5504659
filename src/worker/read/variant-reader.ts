import {
  DuckDBArrayValue,
  DuckDBBitValue,
  DuckDBBlobValue,
  DuckDBDateValue,
  DuckDBGeometryValue,
  DuckDBIntervalValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampMillisecondsValue,
  DuckDBTimestampNanosecondsValue,
  DuckDBTimestampSecondsValue,
  DuckDBTimestampTZValue,
  DuckDBTimestampValue,
  DuckDBTimeValue,
  type DuckDBValue,
  DuckDBVariantValue,
  DuckDBVariantVector,
} from '@duckdb/node-api'
import type { QueryValue } from '../../protocol/query-value.js'
import { convertBigint } from '../../values/convert-bigint.js'
import {
  convertDate,
  convertTimestamp,
  type TimestampTypeName,
  timeUnits,
} from '../../values/convert-time.js'
import { formatBits } from '../../values/format-bits.js'
import { formatTime } from '../../values/format-time.js'
import { setOwn } from '../../values/set-own.js'
import type { ReadingContext } from './reading-context.js'
import type { VectorReader } from './vector-reader.js'

/** Before every key while node-api has it. */
const keyMark = ':'

/** About what an item of an array or an object takes. */
const itemBytes = 16

/** A VARIANT as what it holds: its type is each value's own. */
export function readVariant(context: ReadingContext, level: number): VectorReader {
  const variants = new VariantConverter(context)
  return (vector, count) => {
    const items = DuckDBVariantVector.fromRawVector(vector, count)
    markKeys(items)
    return (index) => {
      const item = items.getItem(index)
      return item === null ? null : variants.convert(item, level)
    }
  }
}

/**
 * Has node-api put a mark before each key of an object that it decodes: it assigns them to an object, where `__proto__`
 * would be lost. The keys are a vector that it keeps as a private property; node-api's version is pinned, and worth a
 * test.
 */
function markKeys(items: DuckDBVariantVector): void {
  const keys: { getItem(index: number): string | null } = Reflect.get(items, 'keysEntry')
  Object.defineProperty(items, 'keysEntry', {
    value: { getItem: (index: number) => keyMark + keys.getItem(index) },
  })
}

class VariantConverter {
  readonly #context: ReadingContext
  readonly #bigint: (value: bigint) => QueryValue
  readonly #date: (days: number) => QueryValue

  constructor(context: ReadingContext) {
    this.#context = context
    this.#bigint = convertBigint(context) ?? ((value) => value)
    this.#date = convertDate(context)
  }

  convert(value: DuckDBValue, level: number): QueryValue {
    const { tally } = this.#context
    if (typeof value === 'bigint') return this.#bigint(value)
    if (typeof value === 'string') tally.bytes += value.length
    if (typeof value !== 'object' || value === null) return value
    if (value instanceof DuckDBVariantValue) return this.convert(value.value, level)
    if (value instanceof DuckDBListValue || value instanceof DuckDBArrayValue) {
      this.#recordItems(value.items.length, level)
      return value.items.map((item) => this.convert(item, level + 1))
    }
    if (value instanceof DuckDBStructValue) {
      const entries = Object.entries(value.entries)
      this.#recordItems(entries.length, level)
      const object: Record<string, QueryValue> = {}
      for (const [key, item] of entries)
        setOwn(object, key.slice(keyMark.length), this.convert(item, level + 1))
      return object
    }
    return this.#convertItem(value)
  }

  #convertItem(value: DuckDBValue & object): QueryValue {
    if (value instanceof DuckDBDateValue) return this.#date(value.days)
    if (value instanceof DuckDBTimestampValue) return this.#timestamp('TIMESTAMP', value.micros)
    if (value instanceof DuckDBTimestampTZValue) {
      return this.#timestamp('TIMESTAMPTZ', value.micros)
    }
    if (value instanceof DuckDBTimestampSecondsValue) {
      return this.#timestamp('TIMESTAMP_S', value.seconds)
    }
    if (value instanceof DuckDBTimestampMillisecondsValue) {
      return this.#timestamp('TIMESTAMP_MS', value.millis)
    }
    if (value instanceof DuckDBTimestampNanosecondsValue) {
      return this.#timestamp('TIMESTAMP_NS', value.nanos)
    }
    if (value instanceof DuckDBTimeValue) return formatTime(value.micros * 1000n)
    if (value instanceof DuckDBBlobValue || value instanceof DuckDBGeometryValue) {
      this.#context.tally.bytes += value.bytes.byteLength
      return new Uint8Array(value.bytes)
    }
    if (value instanceof DuckDBIntervalValue) {
      return { months: value.months, days: value.days, micros: value.micros }
    }
    if (value instanceof DuckDBBitValue) {
      const text = formatBits(value.data)
      this.#context.tally.bytes += text.length
      return text
    }
    // DECIMAL, UUID, TIMETZ, TIME_NS: DuckDB's own text.
    return value.toString()
  }

  #timestamp(name: TimestampTypeName, count: bigint): QueryValue {
    const convert = convertTimestamp(timeUnits[name], this.#context)
    return convert === undefined ? count : convert(count)
  }

  #recordItems(count: number, level: number): void {
    const { tally } = this.#context
    tally.recordLevels(level + 1)
    tally.bytes += itemBytes * count
  }
}
