import { type DuckDBPreparedStatement, DuckDBTypeId } from '@duckdb/node-api'
import type { PreparedStatement } from '@duckdb/node-bindings'
import type { CopiedParameter } from '../../protocol/copied-parameter.js'
import { formatParameter, type Path } from '../../protocol/format-path.js'
import { WorkerFailure } from '../failure.js'
import { duckdb } from '../instance/duckdb.js'
import type { UntypedDate } from './date-probe.js'
import { parameterFailure } from './parameter-failure.js'
import { PlaceSurvey } from './place-survey.js'

/**
 * Binds a LIST, ARRAY, STRUCT or MAP. All of its values are looked at for the types of its parts: those that the place has
 * where all values of a part are of it, and else those that the values have in common, as with single values.
 *
 * @throws WorkerFailure where there are none.
 */
export function bindNested(
  statement: DuckDBPreparedStatement,
  index: number,
  value: CopiedParameter,
  untypedDate: UntypedDate,
  path: Path,
): void {
  // It has no type where the place takes the one of the value.
  const isTyped = statement.parameterTypeId(index) !== DuckDBTypeId.INVALID
  const survey = new PlaceSurvey(isTyped ? statement.parameterType(index) : undefined, untypedDate)
  survey.add(value, [...path])
  try {
    // node-api has it as a private property; its version is pinned.
    const prepared: PreparedStatement = Reflect.get(statement, 'prepared_statement')
    duckdb.bind_value(prepared, index, survey.toPlace().create(value))
  } catch (cause) {
    if (cause instanceof WorkerFailure) throw cause
    throw parameterFailure(`DuckDB makes no value of ${formatParameter(path)}`, cause)
  }
}
