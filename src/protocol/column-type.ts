import { type ColumnTypeFacts, columnTypes, type TypeFacts, unwritableTypes } from './column-types.js'
import { quoteIdentifier, quoteLiteral } from './sql.js'

/** The name of a column type that can be written: DuckDB's own. */
export type ColumnTypeName = keyof typeof columnTypes

/** The name of any type of DuckDB's. */
export type TypeName = ColumnTypeName | keyof typeof unwritableTypes

/** The types that are read without a look at values inside of them. */
export type ItemTypeName = {
  [Name in TypeName]: AllTypes[Name]['layout'] extends 'nested' | 'none' ? never : Name
}[TypeName]

type AllTypes = typeof columnTypes & typeof unwritableTypes

/** `DECIMAL(width, scale)`: `width` digits in all (1 to 38), `scale` of them (0 to `width`) after the point. */
export interface DecimalColumnType {
  readonly name: 'DECIMAL'
  readonly width: number
  readonly scale: number
}

/** `ENUM('a', 'b')`: a value is stored as its index in `members`. */
export interface EnumColumnType {
  readonly name: 'ENUM'
  readonly members: readonly string[]
}

/** `item[]`: any number of values of one type. */
interface ListColumnType {
  readonly name: 'LIST'
  readonly item: ColumnType
}

/**
 * The longest ARRAY that can be written. SQL has one more, of which the C API makes no type, and the bindings a crash.
 *
 * @see https://github.com/duckdb/duckdb/blob/main/src/main/capi/logical_types-c.cpp `duckdb_create_array_type`
 */
export const longestArray = 99_999

/** `item[length]`: so many values of one type. */
interface ArrayColumnType {
  readonly name: 'ARRAY'
  readonly item: ColumnType
  readonly length: number
}

/** A field of a STRUCT, or a member of a UNION, by its name. */
export interface NamedType {
  readonly name: string
  readonly type: ColumnType
}

/** `STRUCT(a INTEGER, b VARCHAR)`: a value of every field. */
export interface StructColumnType {
  readonly name: 'STRUCT'
  readonly fields: readonly NamedType[]
}

/** `MAP(key, value)`: entries whose keys differ, and are not NULL. */
export interface MapColumnType {
  readonly name: 'MAP'
  readonly key: ColumnType
  readonly value: ColumnType
}

/** `UNION(a INTEGER, b VARCHAR)`: a value of one of its members. */
interface UnionColumnType {
  readonly name: 'UNION'
  readonly members: readonly NamedType[]
}

/** A column type whose values have others inside of them. */
export type NestedColumnType =
  | ListColumnType
  | ArrayColumnType
  | StructColumnType
  | MapColumnType
  | UnionColumnType

/** A column type with parameters. */
export type ParametricColumnType = DecimalColumnType | EnumColumnType | NestedColumnType

/** A column type without parameters. */
export interface PlainColumnType {
  readonly name: Exclude<ColumnTypeName, ParametricColumnType['name']>
}

/** A column type whose values have no others inside of them. */
export type ScalarColumnType = PlainColumnType | DecimalColumnType | EnumColumnType

export type ColumnType = ScalarColumnType | NestedColumnType

/** The column types of one name. */
export type ColumnTypeOf<Name extends ColumnTypeName> = Name extends ParametricColumnType['name']
  ? Extract<ParametricColumnType, { readonly name: Name }>
  : { readonly name: Name }

/** One writable column of a table, as both threads know it. */
export interface ColumnDescriptor {
  readonly name: string
  readonly type: ColumnType
  readonly notNull: boolean
  /** True where a row that does not carry the column gets the value of its DEFAULT, and not NULL. */
  readonly hasDefault: boolean
  /** Set where that is known to the server of the table alone, which gives it when the row is inserted. */
  readonly isGivenByServer?: true
}

/** A column that rows are not written to. */
export interface UnwritableColumn {
  readonly name: string
  /** As DuckDB writes it. */
  readonly type: string
}

/** The tables as what their lines have in common, which the compiler checks here. */
const writableFacts: Readonly<Record<ColumnTypeName, ColumnTypeFacts>> = columnTypes
const allFacts: Readonly<Record<TypeName, TypeFacts>> = { ...writableFacts, ...unwritableTypes }

/** Names of all types, those first that can be written. */
export const typeNames: readonly TypeName[] = Object.keys(allFacts) as TypeName[]

export function factsOf(name: TypeName): TypeFacts {
  return allFacts[name]
}

export function isWritable(name: TypeName): name is ColumnTypeName {
  return Object.hasOwn(columnTypes, name)
}

/** Bytes of a `duckdb_string_t`: 4 of length, then 12 inlined, or 4 of prefix and 8 of pointer. */
export const stringEntryBytes = 16

/** Bytes of an entry of a LIST: 8 of offset, 8 of length. */
export const listEntryBytes = 16

/** The longest string, in bytes, that a `duckdb_string_t` holds without a pointer. */
export const inlineStringBytes = 12

/** Whether a name is that of a type that can be written, and has no parameters. */
export function isPlain(name: TypeName): name is PlainColumnType['name'] {
  if (!isWritable(name)) return false
  const { layout } = factsOf(name)
  return layout === 'string' || typeof layout === 'number'
}

export function isNested(type: ColumnType): type is NestedColumnType {
  return factsOf(type.name).layout === 'nested'
}

/** True for the types whose values are `duckdb_string_t` entries that may point into the heap of a batch. */
export function isStringType({ name }: Pick<ColumnType, 'name'>): boolean {
  return factsOf(name).layout === 'string'
}

/**
 * Bytes that one value takes in a DuckDB vector.
 *
 * @see https://duckdb.org/docs/stable/clients/c/vector
 */
export function valueBytes(type: ScalarColumnType): number {
  if (type.name === 'DECIMAL') return decimalBytes(type.width)
  if (type.name === 'ENUM') return enumIndexBytes(type.members.length)
  const { layout } = columnTypes[type.name]
  return layout === 'string' ? stringEntryBytes : layout
}

function decimalBytes(width: number): number {
  if (width <= 4) return 2
  if (width <= 9) return 4
  return width <= 18 ? 8 : 16
}

function enumIndexBytes(members: number): number {
  if (members <= 0xff) return 1
  return members <= 0xffff ? 2 : 4
}

/** The type as SQL that DuckDB reads back as the same type. */
export function formatColumnType(type: ColumnType): string {
  switch (type.name) {
    case 'DECIMAL':
      return `DECIMAL(${type.width},${type.scale})`
    case 'ENUM':
      return `ENUM(${type.members.map(quoteLiteral).join(', ')})`
    case 'LIST':
      return `${formatColumnType(type.item)}[]`
    case 'ARRAY':
      return `${formatColumnType(type.item)}[${type.length}]`
    case 'STRUCT':
      return `STRUCT(${formatNamed(type.fields)})`
    case 'MAP':
      return `MAP(${formatColumnType(type.key)}, ${formatColumnType(type.value)})`
    case 'UNION':
      return `UNION(${formatNamed(type.members)})`
    default:
      return type.name
  }
}

function formatNamed(types: readonly NamedType[]): string {
  return types.map(({ name, type }) => `${quoteIdentifier(name)} ${formatColumnType(type)}`).join(', ')
}
