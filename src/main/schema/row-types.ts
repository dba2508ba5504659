import type { ColumnDefinitions } from './table-definition.js'
import type { typeAliases } from './type-names.js'

/** An INTERVAL in parts: a month has no fixed number of days, nor a day of hours. */
export interface Interval {
  readonly months?: number | bigint
  readonly days?: number | bigint
  readonly micros?: number | bigint
}

/** What each type takes, by the first of its names; the README has the table. */
interface ValueTypes {
  BOOLEAN: boolean
  TINYINT: number | bigint
  SMALLINT: number | bigint
  INTEGER: number | bigint
  BIGINT: number | bigint
  UTINYINT: number | bigint
  USMALLINT: number | bigint
  UINTEGER: number | bigint
  UBIGINT: number | bigint
  HUGEINT: number | bigint
  UHUGEINT: number | bigint
  FLOAT: number | bigint
  DOUBLE: number | bigint
  DECIMAL: number | bigint | string
  VARCHAR: string
  // Whatever JSON.stringify takes, which TypeScript cannot say.
  JSON: unknown
  BLOB: Uint8Array
  DATE: Date | string | bigint
  TIME: Date | string | bigint
  TIMESTAMP: Date | string | bigint
  TIMESTAMP_S: Date | string | bigint
  TIMESTAMP_MS: Date | string | bigint
  TIMESTAMP_NS: Date | string | bigint
  TIMESTAMPTZ: Date | string | bigint
  INTERVAL: Interval | string | bigint
  UUID: string
}

type Trim<Text extends string> = Text extends ` ${infer Rest}`
  ? Trim<Rest>
  : Text extends `${infer Rest} `
    ? Trim<Rest>
    : Text

/** `'a', 'b'` as `'a' | 'b'`. */
type EnumMembers<Text extends string> = Text extends `${string}'${infer Member}'${infer Rest}`
  ? Member | EnumMembers<Rest>
  : never

type Aliases = typeof typeAliases & { readonly NUMERIC: 'DECIMAL'; readonly DEC: 'DECIMAL' }

/** The first of the names of a type, whatever it is written as, without what stands in brackets. */
type NameOf<Type extends string> = Type extends `${infer Name}(${string}`
  ? NameOf<Trim<Name>>
  : Type extends keyof Aliases
    ? Aliases[Type]
    : Type

type ValueOf<Type extends string> =
  NameOf<Uppercase<Type>> extends infer Name
    ? Name extends keyof ValueTypes
      ? ValueTypes[Name]
      : Name extends 'ENUM'
        ? EnumMembers<Type>
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

type RequiredNames<Columns extends ColumnDefinitions, Key extends string> = {
  [Name in keyof Columns & string]: Name extends Key
    ? Name
    : Uppercase<Columns[Name]> extends `${string} NOT NULL`
      ? Name
      : never
}[keyof Columns & string]

/**
 * The rows that a table takes, from its definition: `{ id: 'BIGINT NOT NULL', name: 'VARCHAR' }` takes
 * `{ id: number | bigint, name?: string | null | undefined }`.
 */
export type RowOf<Columns extends ColumnDefinitions, Key extends string = never> = {
  readonly [Name in RequiredNames<Columns, Key>]: ValueOf<BaseOf<Columns[Name]>>
} & {
  readonly [Name in Exclude<keyof Columns & string, RequiredNames<Columns, Key>>]?:
    | ValueOf<BaseOf<Columns[Name]>>
    | null
    | undefined
}

/** The rows of a table that is read from the database, and so has no definition to infer from. */
export type AnyRow = Readonly<Record<string, unknown>>
