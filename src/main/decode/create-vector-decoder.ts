import type { PlainVectorName, VectorEncoding } from '../../protocol/result-batch.js'
import { decodeBits, decodeBytes } from './decoders/bytes-decoder.js'
import { decodeDates, decodeTimestamps } from './decoders/date-decoder.js'
import { decodeDecimals } from './decoders/decimal-decoder.js'
import { decodeEnum } from './decoders/enum-decoder.js'
import { decodeHugeints } from './decoders/hugeint-decoder.js'
import { decodeIntervals } from './decoders/interval-decoder.js'
import { decodeJson } from './decoders/json-decoder.js'
import {
  decodeArrays,
  decodeLists,
  decodeMaps,
  decodeStructs,
  decodeUnions,
} from './decoders/nested-decoder.js'
import { decodeBigints, decodeBooleans, decodeNumbers } from './decoders/number-decoder.js'
import { decodeTexts } from './decoders/text-decoder.js'
import { decodeNanoTimes, decodeTimes, decodeZonedTimes } from './decoders/time-decoder.js'
import { decodeUuids } from './decoders/uuid-decoder.js'
import type { DecodingContext, VectorDecoder } from './vector-decoder.js'

/** @param level - Arrays and objects that a value is in. */
type CreateDecoder = (context: DecodingContext, level: number) => VectorDecoder

/** How values of each type without levels are decoded; `docs/api.md` has the table. */
const decoders: { readonly [Name in PlainVectorName]: CreateDecoder } = {
  BOOLEAN: () => decodeBooleans(),
  TINYINT: () => decodeNumbers(Int8Array),
  SMALLINT: () => decodeNumbers(Int16Array),
  INTEGER: () => decodeNumbers(Int32Array),
  BIGINT: (context) => decodeBigints(BigInt64Array, context),
  UTINYINT: () => decodeNumbers(Uint8Array),
  USMALLINT: () => decodeNumbers(Uint16Array),
  UINTEGER: () => decodeNumbers(Uint32Array),
  UBIGINT: (context) => decodeBigints(BigUint64Array, context),
  HUGEINT: (context) => decodeHugeints(BigInt64Array, context),
  UHUGEINT: (context) => decodeHugeints(BigUint64Array, context),
  FLOAT: () => decodeNumbers(Float32Array),
  DOUBLE: () => decodeNumbers(Float64Array),
  VARCHAR: ({ tally }) => decodeTexts(tally),
  JSON: ({ tally }, level) => decodeJson(tally, level),
  BLOB: ({ tally }) => decodeBytes(tally),
  GEOMETRY: ({ tally }) => decodeBytes(tally),
  BIT: ({ tally }) => decodeBits(tally),
  DATE: decodeDates,
  TIME: () => decodeTimes(),
  TIMETZ: () => decodeZonedTimes(),
  TIME_NS: () => decodeNanoTimes(),
  TIMESTAMP: (context) => decodeTimestamps('TIMESTAMP', context),
  TIMESTAMP_S: (context) => decodeTimestamps('TIMESTAMP_S', context),
  TIMESTAMP_MS: (context) => decodeTimestamps('TIMESTAMP_MS', context),
  TIMESTAMP_NS: (context) => decodeTimestamps('TIMESTAMP_NS', context),
  TIMESTAMPTZ: (context) => decodeTimestamps('TIMESTAMPTZ', context),
  INTERVAL: () => decodeIntervals(),
  UUID: () => decodeUuids(),
}

/** How values are decoded, which depends on their type and the options alone. */
export function createVectorDecoder(
  encoding: VectorEncoding,
  context: DecodingContext,
  level = 0,
): VectorDecoder {
  const inside = (inner: VectorEncoding) => createVectorDecoder(inner, context, level + 1)
  // Each entry of a MAP is an object in the array.
  const inEntry = (inner: VectorEncoding) => createVectorDecoder(inner, context, level + 2)
  switch (encoding.name) {
    case 'NULL':
      return () => () => null
    case 'DECIMAL':
      return decodeDecimals(encoding)
    case 'ENUM':
      return decodeEnum(encoding)
    case 'LIST':
      return decodeLists(inside(encoding.item), level + 1)
    case 'ARRAY':
      return decodeArrays(inside(encoding.item), encoding.length, level + 1)
    case 'STRUCT':
      return decodeStructs(encoding.names, encoding.fields.map(inside), context.isLarge, level + 1)
    case 'MAP':
      return decodeMaps(inEntry(encoding.key), inEntry(encoding.value), context.isLarge, level + 1)
    case 'UNION':
      return decodeUnions(encoding.tags, encoding.members.map(inside), level + 1)
    default:
      return decoders[encoding.name](context, level)
  }
}
