import type { ColumnTypeOf, ScalarColumnType } from '../../protocol/column-type.js'
import type { ColumnEncoder } from './column-encoder.js'
import { BigintEncoder } from './encoders/bigint-encoder.js'
import { BignumEncoder } from './encoders/bignum-encoder.js'
import { BitEncoder } from './encoders/bit-encoder.js'
import { BlobEncoder } from './encoders/blob-encoder.js'
import { BooleanEncoder } from './encoders/boolean-encoder.js'
import { DateEncoder } from './encoders/date-encoder.js'
import { DecimalEncoder } from './encoders/decimal-encoder.js'
import { EnumEncoder } from './encoders/enum-encoder.js'
import { FloatEncoder } from './encoders/float-encoder.js'
import { HugeintEncoder } from './encoders/hugeint-encoder.js'
import { IntegerEncoder } from './encoders/integer-encoder.js'
import { IntervalEncoder } from './encoders/interval-encoder.js'
import { JsonEncoder } from './encoders/json-encoder.js'
import { TextEncoder } from './encoders/text-encoder.js'
import { TimeEncoder } from './encoders/time-encoder.js'
import { TimestampEncoder } from './encoders/timestamp-encoder.js'
import { UuidEncoder } from './encoders/uuid-encoder.js'
import { ZonedTimeEncoder } from './encoders/zoned-time-encoder.js'

/** How the values of each type are encoded. */
const encoders: { readonly [Name in ScalarColumnType['name']]: (type: ColumnTypeOf<Name>) => ColumnEncoder } =
  {
    BOOLEAN: () => new BooleanEncoder(),
    TINYINT: () => new IntegerEncoder(1, true),
    SMALLINT: () => new IntegerEncoder(2, true),
    INTEGER: () => new IntegerEncoder(4, true),
    BIGINT: () => new BigintEncoder(true),
    UTINYINT: () => new IntegerEncoder(1, false),
    USMALLINT: () => new IntegerEncoder(2, false),
    UINTEGER: () => new IntegerEncoder(4, false),
    UBIGINT: () => new BigintEncoder(false),
    HUGEINT: () => new HugeintEncoder(true),
    UHUGEINT: () => new HugeintEncoder(false),
    FLOAT: () => new FloatEncoder(4),
    DOUBLE: () => new FloatEncoder(8),
    DECIMAL: (type) => new DecimalEncoder(type),
    VARCHAR: () => new TextEncoder(),
    JSON: () => new JsonEncoder(),
    BLOB: () => new BlobEncoder(),
    BIT: () => new BitEncoder(),
    DATE: () => new DateEncoder(),
    TIME: ({ name }) => new TimeEncoder(name),
    TIMESTAMP: ({ name }) => new TimestampEncoder(name),
    TIMESTAMP_S: ({ name }) => new TimestampEncoder(name),
    TIMESTAMP_MS: ({ name }) => new TimestampEncoder(name),
    TIMESTAMP_NS: ({ name }) => new TimestampEncoder(name),
    TIMESTAMPTZ: ({ name }) => new TimestampEncoder(name),
    INTERVAL: () => new IntervalEncoder(),
    UUID: () => new UuidEncoder(),
    ENUM: (type) => new EnumEncoder(type),
    BIGNUM: () => new BignumEncoder(),
    TIMETZ: () => new ZonedTimeEncoder(),
    TIME_NS: ({ name }) => new TimeEncoder(name),
  }

export function createColumnEncoder(type: ScalarColumnType): ColumnEncoder {
  // Each takes the type that it stands beside, which TypeScript does not follow through a union.
  const create = encoders[type.name] as (type: ScalarColumnType) => ColumnEncoder
  return create(type)
}
