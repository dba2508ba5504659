import type { ColumnTypeName, ScalarColumnType } from '../../protocol/column-type.js'
import type { columnTypes } from '../../protocol/column-types.js'
import type { TypedArray } from '../contract/rows.js'
import type { JsonColumn } from './json-column.js'
import type { ColumnDefinitions } from './table-definition.js'

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

type ColumnTypes = typeof columnTypes

type Trim<Text extends string> = Text extends ` ${infer Rest}`
  ? Trim<Rest>
  : Text extends `${infer Rest} `
    ? Trim<Rest>
    : Text

/** `'a', 'b'` as `'a' | 'b'`; in tail position, for an ENUM may have hundreds of members. */
type EnumMembers<Text extends string, Found = never> = Text extends `${string}'${infer Rest}`
  ? EnumMember<Rest, '', Found>
  : Found

/** From within a member on, of which `Begin` is read; a quote in it is doubled. */
type EnumMember<Text extends string, Begin extends string, Found> = Text extends `${infer Part}'${infer Rest}`
  ? Rest extends `'${infer More}`
    ? EnumMember<More, `${Begin}${Part}'`, Found>
    : EnumMembers<Rest, Found | `${Begin}${Part}`>
  : Found

type Aliases = { readonly [Name in ColumnTypeName as ColumnTypes[Name]['aliases'][number]]: Name }

/** The first of the names of a type, whatever it is written as, without what stands in brackets. */
type NameOf<Type extends string> = Type extends `${infer Name}(${string}`
  ? NameOf<Trim<Name>>
  : Type extends keyof Aliases
    ? Aliases[Type]
    : Type

/** `a INTEGER, b MAP(VARCHAR, INTEGER)` by its commas that stand in no brackets. */
type Split<Text extends string, Begin extends string = ''> = Text extends `${infer Part},${infer Rest}`
  ? Count<`${Begin}${Part}`, '('> extends Count<`${Begin}${Part}`, ')'>
    ? [Trim<`${Begin}${Part}`>, ...Split<Rest>]
    : Split<Rest, `${Begin}${Part},`>
  : [Trim<`${Begin}${Text}`>]

/** How many signs are in a text, as the length of a tuple. */
type Count<
  Text extends string,
  Sign extends string,
  Found extends unknown[] = [],
> = Text extends `${string}${Sign}${infer Rest}` ? Count<Rest, Sign, [...Found, Sign]> : Found['length']

/** Of `a INTEGER` or `"a b" INTEGER`. */
type NamedValue<Text> = Text extends `"${infer Name}" ${infer Type}`
  ? { readonly [Key in Name]?: ValueOf<Trim<Type>> | null | undefined }
  : Text extends `${infer Name} ${infer Type}`
    ? { readonly [Key in Name]?: ValueOf<Trim<Type>> | null | undefined }
    : never

type Fields<Named extends readonly unknown[]> = Named extends readonly [infer First, ...infer Others]
  ? NamedValue<First> & Fields<Others>
  : unknown

/** An object of one member. */
type Member<Named> = Named extends unknown ? Required<NamedValue<Named>> : never

type Entries<Types> = Types extends [infer Key extends string, infer Value extends string]
  ? MapEntries<ValueOf<Key>, ValueOf<Value> | null>
  : unknown

type MapEntries<Key, Value> =
  | ReadonlyMap<Key, Value>
  | readonly (readonly [Key, Value])[]
  | readonly { readonly key: Key; readonly value: Value }[]
  | Readonly<Record<string, Value>>

type Items<Item> = readonly (Item | null)[] | (number extends Item ? TypedArray : never)

/** What a type takes: a nested one first, for it has others in its text. */
type ValueOf<Type extends string> = Type extends `${infer Item}[]`
  ? Items<ValueOf<Trim<Item>>>
  : Type extends `${infer Item}[${infer Length}]`
    ? Length extends `${number}`
      ? Items<ValueOf<Trim<Item>>>
      : Items<unknown>
    : Type extends `${infer Name}(${infer Inside})`
      ? BracketValue<Trim<Uppercase<Name>>, Inside, Type>
      : ScalarValue<Type>

type BracketValue<Name extends string, Inside extends string, Type extends string> = Name extends
  | 'STRUCT'
  | 'ROW'
  ? Fields<Split<Inside>>
  : Name extends 'MAP'
    ? Entries<Split<Inside>>
    : Name extends 'UNION'
      ? Member<Split<Inside>[number]>
      : ScalarValue<Type>

type ScalarName = ScalarColumnType['name']

type ScalarValue<Type extends string> =
  NameOf<Uppercase<Type>> extends infer Name
    ? Name extends 'ENUM'
      ? EnumMembers<Type>
      : Name extends Exclude<ScalarName, 'ENUM'>
        ? TakenValues[ColumnTypes[Name]['takes']]
        : // A type that is computed, or cannot be written yet.
          unknown
    : never

type Without<Text extends string, Suffix extends string> = Text extends `${infer Rest}${Suffix}`
  ? Trim<Rest>
  : Text

/** The definition less its NULL or NOT NULL, in either case. */
type BaseOf<Definition extends string> = Without<
  Without<Without<Without<Trim<Definition>, ' NULL'>, ' null'>, ' NOT'>,
  ' not'
>

/** What a column takes: what `json()` says, or what follows from its type. */
type ColumnValue<Definition extends string> =
  Definition extends JsonColumn<infer Value> ? Value : ValueOf<BaseOf<Definition>>

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

/**
 * The rows that a table takes, from its definition: `{ id: 'BIGINT NOT NULL', name: 'VARCHAR' }` takes
 * `{ id: number | bigint, name?: string | null | undefined }`.
 */
export type RowOf<Columns extends ColumnDefinitions, Key extends string = never> = {
  readonly [Name in RequiredNames<Columns, Key>]: ColumnValue<Columns[Name]>
} & {
  readonly [Name in Exclude<keyof Columns & string, RequiredNames<Columns, Key>>]?:
    | ColumnValue<Columns[Name]>
    | null
    | undefined
}

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
