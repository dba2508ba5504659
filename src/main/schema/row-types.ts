import type { columnTypes } from '../../protocol/column-types.js'
import type { QueryRow } from '../../protocol/query-value.js'
import type { TypedArray } from '../contract/rows.js'
import type { JsonColumn } from './json-column.js'
import type { ReadValue } from './read-value.js'
import type { ColumnDefinitions } from './table-definition.js'
import type { ColumnShape, PlainName, Shape } from './type-shape.js'

/** An INTERVAL in parts: a month has no fixed number of days, nor a day of hours. */
export interface Interval {
  readonly months?: number | bigint
  readonly days?: number | bigint
  readonly micros?: number | bigint
}

/** What columns take, by what the table of types says that they take; `docs/api.md` has the values. */
interface TakenValues {
  boolean: boolean
  number: number | bigint
  decimal: number | bigint | string
  string: string
  // Whatever JSON.stringify takes, which TypeScript cannot say.
  json: unknown
  bytes: Uint8Array
  time: Date | string | bigint
  interval: Interval | string | bigint
}

type MapEntries<Key, Value> =
  | ReadonlyMap<Key, Value>
  | readonly (readonly [Key, Value])[]
  | readonly { readonly key: Key; readonly value: Value }[]
  | Readonly<Record<string, Value>>

type Items<Item> = readonly (Item | null)[] | (number extends Item ? TypedArray : never)

/** What a type takes. A type that is computed, or cannot be written yet, may take anything. */
type TakenValue<Of> =
  Of extends Shape<'scalar', infer Name extends PlainName>
    ? TakenValues[(typeof columnTypes)[Name]['takes']]
    : Of extends Shape<'enum', infer Member>
      ? Member
      : Of extends Shape<'list', infer Item>
        ? Items<TakenValue<Item>>
        : Of extends Shape<'struct', infer Fields>
          ? { readonly [Name in keyof Fields]?: TakenValue<Fields[Name]> | null | undefined }
          : Of extends Shape<'map', readonly [infer Key, infer Value]>
            ? MapEntries<TakenValue<Key>, TakenValue<Value> | null>
            : Of extends Shape<'union', infer Members>
              ? { readonly [Name in keyof Members]: TakenMember<Name, Members[Name]> }[keyof Members]
              : unknown

/** An object of one member. */
type TakenMember<Name extends PropertyKey, Of> = {
  readonly [Key in Name]: TakenValue<Of> | null | undefined
}

/** What a column takes: what `json()` says, or what follows from its type. */
type TakenColumn<Definition extends string> =
  Definition extends JsonColumn<infer Value> ? Value : TakenValue<ColumnShape<Definition>>

type ReadColumn<Definition extends string> =
  Definition extends JsonColumn<infer Value> ? Value : ReadValue<ColumnShape<Definition>>

/** The definition as a text alone, where `json()` has made it. */
type TextOf<Definition extends string> =
  Definition extends JsonColumn<unknown, infer Text> ? Text : Definition

type RequiredNames<Columns extends ColumnDefinitions, Key extends string> = {
  [Name in keyof Columns & string]: Name extends Key
    ? Name
    : Uppercase<TextOf<Columns[Name]>> extends `${string} NOT NULL`
      ? Name
      : never
}[keyof Columns & string]

/** The rows that a table of these columns takes. */
export type WrittenRow<Columns extends ColumnDefinitions, Key extends string = never> = {
  readonly [Name in RequiredNames<Columns, Key>]: TakenColumn<Columns[Name]>
} & {
  readonly [Name in Exclude<keyof Columns & string, RequiredNames<Columns, Key>>]?:
    | TakenColumn<Columns[Name]>
    | null
    | undefined
}

/** The rows that `query()` reads from a table of these columns. */
export type ReadRow<Columns extends ColumnDefinitions, Key extends string = never> = {
  [Name in keyof Columns & string]:
    | ReadColumn<Columns[Name]>
    | (Name extends RequiredNames<Columns, Key> ? never : null)
}

declare const rowTypes: unique symbol

/** What a table carries of its definition, for TypeScript alone. */
export interface RowTypes<Written, Read> {
  readonly [rowTypes]?: {
    // Methods, so that tables of unknown rows can stand for others.
    written(row: Written): void
    read(row: Read): void
  }
}

/**
 * The rows of a table, from its definition or from the table itself.
 *
 * - `'write'`: those that it takes. `{ id: 'BIGINT NOT NULL', name: 'VARCHAR' }` takes
 *   `{ id: number | bigint, name?: string | null | undefined }`.
 * - `'read'`: those that `query()` reads from it, unless `timestamps` or `bigints` say otherwise; of this one,
 *   `{ id: bigint, name: string | null }`. What can be anything, such as JSON, is `unknown`.
 *
 * @typeParam Of - `typeof columns` or `typeof table`.
 * @typeParam Key - The columns of its key, which are NOT NULL; a table knows them.
 *
 * @example
 * ```ts
 * const rows = await db.query<RowOf<typeof events, 'read'>>('SELECT * FROM events')
 * ```
 */
export type RowOf<Of, Mode extends 'read' | 'write' = 'write', Key extends string = never> =
  Of extends RowTypes<infer Written, infer Read>
    ? Mode extends 'read'
      ? ReadOf<Read>
      : Written
    : Of extends ColumnDefinitions
      ? Mode extends 'read'
        ? ReadRow<Of, Key>
        : WrittenRow<Of, Key>
      : never

/** A table without a definition has any rows. */
type ReadOf<Read> = unknown extends Read ? QueryRow : Read

/** The rows that a table takes with `parse`, whose values may be strings as they come from files. */
export type TextRow<Row> = { readonly [Name in keyof Row]: Texts<Row[Name]> }

/** A value, or the text of it; inside of it, too. */
type Texts<Value> = Value | string | TextsInside<Value>

type TextsInside<Value> = Value extends Date | ArrayBufferView
  ? never
  : Value extends readonly (infer Item)[]
    ? readonly Texts<Item>[]
    : Value extends ReadonlyMap<infer Key, infer Item>
      ? ReadonlyMap<Texts<Key>, Texts<Item>>
      : Value extends object
        ? { readonly [Name in keyof Value]: Texts<Value[Name]> }
        : never

/** The rows of a table that is read from the database, and so has no definition to infer from. */
export type AnyRow = Readonly<Record<string, unknown>>
