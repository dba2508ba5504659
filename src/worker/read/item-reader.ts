import {
  DuckDBBigIntVector,
  DuckDBBigNumVector,
  DuckDBBitVector,
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
import type { ItemTypeName, TypeName } from '../../protocol/column-type.js'
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
import { mostLevels } from '../../values/most-levels.js'
import { parseJson } from '../../values/parse-json.js'
import { typeNameOf } from '../catalog/type-name.js'
import type { ReadingContext } from './reading-context.js'
import type { VectorReader } from './vector-reader.js'

/** One of node-api's vectors. */
interface VectorClass<Item> {
  fromRawVector(vector: Vector, count: number): { getItem(index: number): Item | null }
}

/** What the reader of a column depends on. */
interface ItemColumn {
  readonly type: DuckDBType
  readonly context: ReadingContext
  /** Arrays and objects that a value is in. */
  readonly level: number
}

/** How values of each type without levels are read; `docs/api.md` has the table. */
const readers: { readonly [Name in ItemTypeName]: (column: ItemColumn) => VectorReader } = {
  BOOLEAN: readOthers,
  TINYINT: readOthers,
  SMALLINT: readOthers,
  INTEGER: readOthers,
  BIGINT: ({ context }) => readItems(DuckDBBigIntVector, convertBigint(context)),
  UTINYINT: readOthers,
  USMALLINT: readOthers,
  UINTEGER: readOthers,
  UBIGINT: ({ context }) => readItems(DuckDBUBigIntVector, convertBigint(context)),
  HUGEINT: ({ context }) => readItems(DuckDBHugeIntVector, convertBigint(context)),
  UHUGEINT: ({ context }) => readItems(DuckDBUHugeIntVector, convertBigint(context)),
  BIGNUM: ({ context }) => readItems(DuckDBBigNumVector, convertBigint(context)),
  FLOAT: readOthers,
  DOUBLE: readOthers,
  DECIMAL: readOthers,
  VARCHAR: ({ context }) => readItems(DuckDBVarCharVector, convertText(context)),
  JSON: ({ context, level }) => readItems(DuckDBVarCharVector, convertJson(context, level)),
  BLOB: ({ context }) => readItems(DuckDBBlobVector, copyBytes(context)),
  GEOMETRY: ({ context }) => readItems(DuckDBGeometryVector, copyBytes(context)),
  BIT: ({ context }) => readItems(DuckDBBitVector, convertBits(context)),
  DATE: ({ context }) => readItems(DuckDBIntegerVector, convertDate(context)),
  TIME: () => readItems(DuckDBTimeVector, ({ micros }) => formatTime(micros * 1000n)),
  TIMETZ: readOthers,
  TIME_NS: readOthers,
  TIMESTAMP: ({ context }) => readTimestamps('TIMESTAMP', context),
  TIMESTAMP_S: ({ context }) => readTimestamps('TIMESTAMP_S', context),
  TIMESTAMP_MS: ({ context }) => readTimestamps('TIMESTAMP_MS', context),
  TIMESTAMP_NS: ({ context }) => readTimestamps('TIMESTAMP_NS', context),
  TIMESTAMPTZ: ({ context }) => readTimestamps('TIMESTAMPTZ', context),
  INTERVAL: () => readItems(DuckDBIntervalVector, ({ months, days, micros }) => ({ months, days, micros })),
  UUID: readOthers,
  ENUM: readOthers,
}

/** How values of a type without levels are read. */
export function createItemReader(type: DuckDBType, context: ReadingContext, level: number): VectorReader {
  if (type.typeId === DuckDBTypeId.SQLNULL) return () => () => null
  const name = typeNameOf(type)
  const create = name !== undefined && hasReader(name) ? readers[name] : readOthers
  return create({ type, context, level })
}

function hasReader(name: TypeName): name is ItemTypeName {
  return Object.hasOwn(readers, name)
}

function convertText({ tally }: ReadingContext): (text: string) => QueryValue {
  return (text) => {
    tally.bytes += text.length
    return text
  }
}

function convertBits({ tally }: ReadingContext): (value: { data: Uint8Array }) => QueryValue {
  return ({ data }) => {
    const text = formatBits(data)
    tally.bytes += text.length
    return text
  }
}

function convertJson({ tally }: ReadingContext, level: number): (text: string) => QueryValue {
  return (text) => {
    const { value, levels } = parseJson(text, mostLevels - level)
    tally.bytes += text.length
    tally.recordLevels(level + levels)
    return value
  }
}

function copyBytes({ tally }: ReadingContext): (value: { bytes: Uint8Array }) => QueryValue {
  return ({ bytes }) => {
    tally.bytes += bytes.byteLength
    return new Uint8Array(bytes)
  }
}

/** Counts of 8 bytes like those of a BIGINT, and read as such: node-api would make an object of each. */
function readTimestamps(name: TimestampTypeName, context: ReadingContext): VectorReader {
  return readItems(DuckDBBigIntVector, convertTimestamp(timeUnits[name], context))
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

/** BOOLEAN, numbers and ENUM are what they are; DECIMAL, UUID, TIMETZ and TIME_NS are DuckDB's own text. */
function readOthers({ type }: ItemColumn): VectorReader {
  return (vector, count) => {
    const items = DuckDBVector.create(vector, count, type)
    return (index) => toPlain(items.getItem(index))
  }
}

function toPlain(item: DuckDBValue): QueryValue {
  return typeof item === 'object' && item !== null ? item.toString() : item
}
