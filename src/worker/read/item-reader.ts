import {
  DuckDBBigIntVector,
  DuckDBBigNumVector,
  DuckDBBlobVector,
  DuckDBGeometryVector,
  DuckDBHugeIntVector,
  DuckDBIntegerVector,
  DuckDBIntervalVector,
  DuckDBTimeVector,
  type DuckDBType,
  DuckDBTypeId,
  DuckDBUBigIntVector,
  DuckDBUHugeIntVector,
  type DuckDBValue,
  DuckDBVarCharVector,
  DuckDBVector,
} from '@duckdb/node-api'
import type { Vector } from '@duckdb/node-bindings'
import type { QueryValue } from '../../protocol/requests.js'
import { convertBigint } from './convert-bigint.js'
import { convertDate, convertTimestamp, timeUnits } from './convert-time.js'
import { formatTime } from './format-time.js'
import { parseJson } from './parse-json.js'
import { mostLevels, type ReadingContext } from './reading-context.js'
import type { VectorReader } from './vector-reader.js'

/** One of node-api's vectors. */
interface VectorClass<Item> {
  fromRawVector(vector: Vector, count: number): { getItem(index: number): Item | null }
}

/** How values of a type without levels are read. */
export function createItemReader(type: DuckDBType, context: ReadingContext, level: number): VectorReader {
  const { tally } = context
  const unit = timeUnits.get(type.typeId)
  // Counts of 8 bytes like those of a BIGINT, and read as such: node-api would make an object of each.
  if (unit !== undefined) return readItems(DuckDBBigIntVector, convertTimestamp(unit, context))
  switch (type.typeId) {
    case DuckDBTypeId.BIGINT:
      return readItems(DuckDBBigIntVector, convertBigint(context))
    case DuckDBTypeId.UBIGINT:
      return readItems(DuckDBUBigIntVector, convertBigint(context))
    case DuckDBTypeId.HUGEINT:
      return readItems(DuckDBHugeIntVector, convertBigint(context))
    case DuckDBTypeId.UHUGEINT:
      return readItems(DuckDBUHugeIntVector, convertBigint(context))
    case DuckDBTypeId.BIGNUM:
      return readItems(DuckDBBigNumVector, convertBigint(context))
    case DuckDBTypeId.VARCHAR:
      return readItems(DuckDBVarCharVector, type.alias === 'JSON' ? convertJson : convertText)
    case DuckDBTypeId.DATE:
      return readItems(DuckDBIntegerVector, convertDate(context))
    case DuckDBTypeId.TIME:
      return readItems(DuckDBTimeVector, ({ micros }) => formatTime(micros * 1000n))
    case DuckDBTypeId.INTERVAL:
      return readItems(DuckDBIntervalVector, ({ months, days, micros }) => ({ months, days, micros }))
    case DuckDBTypeId.BLOB:
      return readItems(DuckDBBlobVector, ({ bytes }) => copyBytes(bytes))
    case DuckDBTypeId.GEOMETRY:
      return readItems(DuckDBGeometryVector, ({ bytes }) => copyBytes(bytes))
    case DuckDBTypeId.SQLNULL:
      return () => () => null
    default:
      return readOthers(type)
  }

  function convertText(text: string): string {
    tally.bytes += text.length
    return text
  }

  function convertJson(text: string): QueryValue {
    const { value, levels } = parseJson(text, mostLevels - level)
    tally.bytes += text.length
    tally.recordLevels(level + levels)
    return value
  }

  function copyBytes(bytes: Uint8Array): Uint8Array {
    tally.bytes += bytes.byteLength
    return new Uint8Array(bytes)
  }
}

function readItems<Item>(
  kind: VectorClass<Item>,
  convert: ((item: Item) => QueryValue) | (Item extends QueryValue ? undefined : never),
): VectorReader {
  return (vector, count) => {
    const items = kind.fromRawVector(vector, count)
    if (convert === undefined) return (index) => items.getItem(index) as Item & QueryValue
    return (index) => {
      const item = items.getItem(index)
      return item === null ? null : convert(item)
    }
  }
}

/** BOOLEAN, numbers and ENUM are what they are; DECIMAL, UUID, BIT, TIMETZ and TIME_NS are DuckDB's own text. */
function readOthers(type: DuckDBType): VectorReader {
  return (vector, count) => {
    const items = DuckDBVector.create(vector, count, type)
    return (index) => toPlain(items.getItem(index))
  }
}

function toPlain(item: DuckDBValue): QueryValue {
  return typeof item === 'object' && item !== null ? item.toString() : item
}
