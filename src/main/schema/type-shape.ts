import type { ColumnTypeName, ScalarColumnType } from '../../protocol/column-type.js'
import type { columnTypes, unwritableTypes } from '../../protocol/column-types.js'

/** What the text of a type says, for TypeScript alone; `parse-column-type.ts` reads it when it runs. */
export interface Shape<Kind extends ShapeKind = ShapeKind, Of = unknown> {
  readonly kind: Kind
  /** Its name, its members, its item, its fields by name, its key and value, or the text that is no type. */
  readonly of: Of
}

type ShapeKind = 'scalar' | 'enum' | 'list' | 'struct' | 'map' | 'union' | 'unknown' | 'misspelt'

export type PlainName = Exclude<ScalarColumnType['name'], 'ENUM'>

type Whitespace = ' ' | '\n' | '\t' | '\r'

type Trim<Text extends string> = Text extends `${Whitespace}${infer Rest}`
  ? Trim<Rest>
  : Text extends `${infer Rest}${Whitespace}`
    ? Trim<Rest>
    : Text

type SingleSpaced<Text extends string> = Text extends `${infer Begin}  ${infer Rest}`
  ? SingleSpaced<`${Begin} ${Rest}`>
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

type Aliases = {
  readonly [Name in ColumnTypeName as (typeof columnTypes)[Name]['aliases'][number]]: Name
}

/** The first of the names of a type in upper case, whatever it is written as, without what stands in brackets. */
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

/** Of `a INTEGER` or `"a b" INTEGER`, each. */
type Fields<Named extends readonly string[]> = {
  readonly [Field in Named[number] as FieldName<Field>]: FieldShape<Field>
}

type FieldName<Field extends string> = Field extends `"${infer Name}" ${string}`
  ? Name
  : Field extends `${infer Name} ${string}`
    ? Name
    : never

type FieldShape<Field extends string> = Field extends `"${string}" ${infer Type}`
  ? ShapeOf<Trim<Type>>
  : Field extends `${string} ${infer Type}`
    ? ShapeOf<Trim<Type>>
    : never

type Entries<Types> = Types extends [infer Key extends string, infer Value extends string]
  ? Shape<'map', readonly [ShapeOf<Key>, ShapeOf<Value>]>
  : Shape<'unknown'>

/** The shape of a type: a nested one first, for it has others in its text. */
type ShapeOf<Type extends string> = Type extends PlainName
  ? Shape<'scalar', Type>
  : Type extends `${infer Item}[]`
    ? Shape<'list', ItemShape<Item>>
    : Type extends `${string}]`
      ? ShapeOfArray<Type>
      : Type extends `${infer Item} ${'ARRAY' | 'array' | 'Array'}`
        ? Shape<'list', ShapeOf<Trim<Item>>>
        : Type extends `${infer Name}(${infer Inside})`
          ? BracketShape<Trim<Uppercase<Name>>, Inside, Type>
          : ScalarShape<Type>

/** Of `Item[length]`: by its last bracket, for the item may have some, too. */
type ShapeOfArray<Type extends string, Item extends string = ''> = Type extends `${infer Part}[${infer Rest}`
  ? Rest extends `${string}[${string}`
    ? ShapeOfArray<Rest, `${Item}${Part}[`>
    : Shape<'list', ItemShape<`${Item}${Part}`>>
  : Shape<'unknown'>

/** `INTEGER ARRAY[3]` has the word before its length. */
type ItemShape<Item extends string> = ShapeOf<Without<Trim<Item>, 'ARRAY'>>

type BracketShape<Name extends string, Inside extends string, Type extends string> = Name extends
  | 'STRUCT'
  | 'ROW'
  ? Shape<'struct', Fields<Split<Inside>>>
  : Name extends 'MAP'
    ? Entries<Split<Inside>>
    : Name extends 'UNION'
      ? Shape<'union', Fields<Split<Inside>>>
      : Name extends 'ENUM'
        ? Shape<'enum', EnumMembers<Inside>>
        : ScalarShape<Type>

type ScalarShape<Type extends string> =
  NameOf<SingleSpaced<Uppercase<Type>>> extends infer Name
    ? Name extends PlainName
      ? Shape<'scalar', Name>
      : Name extends keyof typeof unwritableTypes
        ? Shape<'unknown'>
        : IsUncertain<Type> extends true
          ? Shape<'unknown'>
          : Shape<'misspelt', Type>
    : never

/** Whether a text is computed at least in part, or has what is not looked into here. */
type IsUncertain<Text extends string> = Text extends `${string}${'\n' | '\t' | '\r' | '"' | "'"}${string}`
  ? true
  : Record<never, never> extends Record<Text, 1>
    ? true
    : false

/** A text less its last word, however that is written. */
type Without<Text extends string, Word extends string> = Text extends `${infer Rest} ${
  | Word
  | Lowercase<Word>
  | Capitalize<Lowercase<Word>>}`
  ? Trim<Rest>
  : Text

/** The shape of a column's definition, less its NULL or NOT NULL. */
export type ColumnShape<Definition extends string> = ShapeOf<
  Without<Without<Trim<Definition>, 'NULL'>, 'NOT'>
>
