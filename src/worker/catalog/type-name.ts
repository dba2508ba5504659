import type { DuckDBType } from '@duckdb/node-api'
import { factsOf, type TypeName, typeNames } from '../../protocol/column-type.js'

const byId: ReadonlyMap<number | string, TypeName> = new Map(
  typeNames.map((name) => [factsOf(name).id, name] as const),
)

/** The name of a type; undefined for one that no column has, such as that of NULL. */
export function typeNameOf(type: DuckDBType): TypeName | undefined {
  // Most aliases are names of the caller's own, and say nothing of the type.
  return byId.get(type.alias ?? '') ?? byId.get(type.typeId)
}
