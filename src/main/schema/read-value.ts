import type { columnTypes } from '../../protocol/column-types.js'
import type { PlainName, Shape } from './type-shape.js'

/** What values are read as by default, by what the table of types says of them; the README has the values. */
interface ReadValues {
  boolean: boolean
  number: number
  bigint: bigint
  string: string
  // The parsed value, or the text where parsing would lose something.
  json: unknown
  bytes: Uint8Array
  date: Date
  interval: { readonly months: number; readonly days: number; readonly micros: bigint }
}

/** What `query()` reads of a value that is not NULL. */
export type ReadValue<Of> =
  Of extends Shape<'scalar', infer Name extends PlainName>
    ? ReadValues[(typeof columnTypes)[Name]['reads']]
    : Of extends Shape<'enum', infer Member>
      ? Member
      : Of extends Shape<'list', infer Item>
        ? (ReadValue<Item> | null)[]
        : Of extends Shape<'struct', infer Fields>
          ? { -readonly [Name in keyof Fields]: ReadValue<Fields[Name]> | null }
          : Of extends Shape<'map', readonly [infer Key, infer Value]>
            ? { key: ReadValue<Key>; value: ReadValue<Value> | null }[]
            : Of extends Shape<'union', infer Members>
              ? {
                  -readonly [Name in keyof Members]: {
                    -readonly [Key in Name]: ReadValue<Members[Name]> | null
                  }
                }[keyof Members]
              : unknown
