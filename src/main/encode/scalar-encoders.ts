/**
 * The encoder of each type whose values have no others inside of them, by the name of the type. Only main imports it, so
 * it cannot be one with `column-types.ts`, which the worker has too.
 */

export { BigintEncoder as BIGINT, BigintEncoder as UBIGINT } from './encoders/bigint-encoder.js'
export { BignumEncoder as BIGNUM } from './encoders/bignum-encoder.js'
export { BitEncoder as BIT } from './encoders/bit-encoder.js'
export { BlobEncoder as BLOB } from './encoders/blob-encoder.js'
export { BooleanEncoder as BOOLEAN } from './encoders/boolean-encoder.js'
export { DateEncoder as DATE } from './encoders/date-encoder.js'
export { DecimalEncoder as DECIMAL } from './encoders/decimal-encoder.js'
export { EnumEncoder as ENUM } from './encoders/enum-encoder.js'
export { FloatEncoder as DOUBLE, FloatEncoder as FLOAT } from './encoders/float-encoder.js'
export { HugeintEncoder as HUGEINT, HugeintEncoder as UHUGEINT } from './encoders/hugeint-encoder.js'
export {
  IntegerEncoder as INTEGER,
  IntegerEncoder as SMALLINT,
  IntegerEncoder as TINYINT,
  IntegerEncoder as UINTEGER,
  IntegerEncoder as USMALLINT,
  IntegerEncoder as UTINYINT,
} from './encoders/integer-encoder.js'
export { IntervalEncoder as INTERVAL } from './encoders/interval-encoder.js'
export { JsonEncoder as JSON } from './encoders/json-encoder.js'
export { TextEncoder as VARCHAR } from './encoders/text-encoder.js'
export { TimeEncoder as TIME, TimeEncoder as TIME_NS } from './encoders/time-encoder.js'
export {
  TimestampEncoder as TIMESTAMP,
  TimestampEncoder as TIMESTAMP_MS,
  TimestampEncoder as TIMESTAMP_NS,
  TimestampEncoder as TIMESTAMP_S,
  TimestampEncoder as TIMESTAMPTZ,
} from './encoders/timestamp-encoder.js'
export { UuidEncoder as UUID } from './encoders/uuid-encoder.js'
export { ZonedTimeEncoder as TIMETZ } from './encoders/zoned-time-encoder.js'
