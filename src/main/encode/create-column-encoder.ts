import type { ColumnTypeOf, ScalarColumnType } from '../../protocol/column-type.js'
import type { ColumnEncoder, ScalarEncoder } from './column-encoder.js'
import { ParsingEncoder } from './parsing-encoder.js'
import * as scalarEncoders from './scalar-encoders.js'

/** The compiler asks for an encoder of each type here. */
const encoders: {
  readonly [Name in ScalarColumnType['name']]: new (
    type: ColumnTypeOf<Name>,
  ) => ScalarEncoder
} = scalarEncoders

export function createColumnEncoder(type: ScalarColumnType): ScalarEncoder {
  // Each takes the type of its own name, which TypeScript does not follow through a union.
  const Encoder = encoders[type.name] as new (type: ScalarColumnType) => ScalarEncoder
  return new Encoder(type)
}

/** An encoder that reads strings as SQL's cast to the type would, where nothing is lost, and then has them written. */
export function createParsingEncoder(encoder: ScalarEncoder): ColumnEncoder {
  return encoder.parse === undefined ? encoder : new ParsingEncoder(encoder, encoder.parse)
}
