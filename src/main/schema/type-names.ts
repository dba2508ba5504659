import {
  type ColumnTypeName,
  factsOf,
  isPlain,
  isWritable,
  type ParametricColumnType,
  type PlainColumnType,
  type TypeName,
  typeNames,
} from '../../protocol/column-type.js'

/** Every name that DuckDB has for a type, and its own name for it. */
const byName: ReadonlyMap<string, TypeName> = new Map(
  typeNames.flatMap((name) => [name, ...factsOf(name).aliases].map((other) => [other, name] as const)),
)

/** The type that can be written, by any of its names in upper case. */
export function columnTypeNamed(upper: string): ColumnTypeName | undefined {
  const name = byName.get(upper)
  return name !== undefined && isWritable(name) ? name : undefined
}

/** The same, if it has no parameters. */
export function plainTypeNamed(upper: string): PlainColumnType['name'] | undefined {
  const name = columnTypeNamed(upper)
  return name === undefined || isParametric(name) ? undefined : name
}

export function isParametric(name: ColumnTypeName): name is ParametricColumnType['name'] {
  return !isPlain(name)
}

/** Whether a name in upper case is one of a type of DuckDB's whose values cannot be written. */
export function isUnwritableName(upper: string): boolean {
  const name = byName.get(upper)
  return name !== undefined && !isWritable(name)
}

/**
 * The type of `NAME(length)`: DuckDB keeps no length of a VARCHAR, and takes that of others for a choice of types.
 *
 * @param name - As it was written, for it may take a length where another name of the same type does not.
 */
export function typeOfLength(name: string, length: number): PlainColumnType['name'] | undefined {
  if (name === 'FLOAT') return length < 1 || length > 53 ? undefined : length <= 24 ? name : 'DOUBLE'
  const type = plainTypeNamed(name)
  if (type === undefined || factsOf(type).ignoresLength) return type
  if (type !== 'TIMESTAMP' || length > 9) return undefined
  if (length === 0) return 'TIMESTAMP_S'
  if (length <= 3) return 'TIMESTAMP_MS'
  return length <= 6 ? type : 'TIMESTAMP_NS'
}
