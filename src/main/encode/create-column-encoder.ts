import type { ColumnType } from '../../protocol/column-type.js'
import type { ColumnEncoder } from './column-encoder.js'
import { BigintEncoder } from './encoders/bigint-encoder.js'
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

export function createColumnEncoder(type: ColumnType): ColumnEncoder {
  switch (type.name) {
    case 'BOOLEAN':
      return new BooleanEncoder()
    case 'TINYINT':
      return new IntegerEncoder(1, true)
    case 'SMALLINT':
      return new IntegerEncoder(2, true)
    case 'INTEGER':
      return new IntegerEncoder(4, true)
    case 'UTINYINT':
      return new IntegerEncoder(1, false)
    case 'USMALLINT':
      return new IntegerEncoder(2, false)
    case 'UINTEGER':
      return new IntegerEncoder(4, false)
    case 'BIGINT':
      return new BigintEncoder(true)
    case 'UBIGINT':
      return new BigintEncoder(false)
    case 'HUGEINT':
      return new HugeintEncoder(true)
    case 'UHUGEINT':
      return new HugeintEncoder(false)
    case 'FLOAT':
      return new FloatEncoder(4)
    case 'DOUBLE':
      return new FloatEncoder(8)
    case 'DECIMAL':
      return new DecimalEncoder(type)
    case 'VARCHAR':
      return new TextEncoder()
    case 'JSON':
      return new JsonEncoder()
    case 'BLOB':
      return new BlobEncoder()
    case 'DATE':
      return new DateEncoder()
    case 'TIME':
      return new TimeEncoder()
    case 'TIMESTAMP':
    case 'TIMESTAMP_S':
    case 'TIMESTAMP_MS':
    case 'TIMESTAMP_NS':
    case 'TIMESTAMPTZ':
      return new TimestampEncoder(type.name)
    case 'INTERVAL':
      return new IntervalEncoder()
    case 'UUID':
      return new UuidEncoder()
    case 'ENUM':
      return new EnumEncoder(type)
  }
}
