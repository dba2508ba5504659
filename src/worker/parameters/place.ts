import type { DuckDBType } from '@duckdb/node-api'
import type { Value } from '@duckdb/node-bindings'
import type { CopiedParameter } from '../../protocol/copied-parameter.js'
import { duckdb } from '../instance/duckdb.js'

/** What values become at a place: a parameter, the items of a list, a field. */
export interface Place {
  readonly type: DuckDBType
  create(value: CopiedParameter): Value
  /** As an item of a list that is text, of which DuckDB's cast makes precisely this value. */
  readonly toText?: ((value: CopiedParameter) => string) | undefined
}

/** A place whose values are NULL where they are null. */
export function nullablePlace<Content extends CopiedParameter>(
  type: DuckDBType,
  create: (value: Content) => Value,
  toText?: (value: Content) => string,
): Place {
  // What is added to a survey of one kind is of that kind.
  const createContent = create as Place['create']
  return {
    type,
    create: (value) => (value === null ? duckdb.create_null_value() : createContent(value)),
    toText: toText as Place['toText'],
  }
}
