import type { ScalarColumnType } from '../../protocol/column-type.js'
import type { ColumnEncoder } from './column-encoder.js'
import { parseBlob } from './parsers/parse-blob.js'
import { parseBoolean } from './parsers/parse-boolean.js'
import { parseExactDecimal } from './parsers/parse-exact-decimal.js'
import { parseDouble, parseFloat32 } from './parsers/parse-float.js'
import {
  parseBignum,
  parseInteger,
  parseShortInteger,
  parseUnsigned,
  parseUnsignedHugeint,
} from './parsers/parse-integer.js'
import { parseIntervalText } from './parsers/parse-interval-text.js'
import { parseJsonText } from './parsers/parse-json-text.js'
import type { TextParser } from './parsers/parse-problem.js'
import { parseClock, parseDate, parseLocalTime, parseMoment } from './parsers/parse-time.js'
import { parseUuid } from './parsers/parse-uuid.js'
import { ParsingEncoder } from './parsing-encoder.js'

/** How text is read into the columns of each type; where there is none, the encoder takes text, or refuses it. */
const parsers: Readonly<Record<ScalarColumnType['name'], TextParser | undefined>> = {
  BOOLEAN: parseBoolean,
  TINYINT: parseShortInteger,
  SMALLINT: parseShortInteger,
  INTEGER: parseShortInteger,
  BIGINT: parseShortInteger,
  UTINYINT: parseUnsigned,
  USMALLINT: parseUnsigned,
  UINTEGER: parseUnsigned,
  UBIGINT: parseUnsigned,
  HUGEINT: parseInteger,
  UHUGEINT: parseUnsignedHugeint,
  FLOAT: parseFloat32,
  DOUBLE: parseDouble,
  DECIMAL: parseExactDecimal,
  VARCHAR: undefined,
  JSON: parseJsonText,
  BLOB: parseBlob,
  BIT: undefined,
  DATE: parseDate,
  TIME: parseClock,
  TIMESTAMP: parseLocalTime,
  TIMESTAMP_S: parseLocalTime,
  TIMESTAMP_MS: parseLocalTime,
  TIMESTAMP_NS: parseMoment,
  TIMESTAMPTZ: parseMoment,
  INTERVAL: parseIntervalText,
  UUID: parseUuid,
  ENUM: undefined,
  BIGNUM: parseBignum,
  TIMETZ: parseClock,
  TIME_NS: parseClock,
}

/** An encoder that reads strings as SQL's cast to the type would, where nothing is lost, and then has them written. */
export function createParsingEncoder({ name }: ScalarColumnType, encoder: ColumnEncoder): ColumnEncoder {
  const parse = parsers[name]
  return parse === undefined ? encoder : new ParsingEncoder(encoder, parse)
}
