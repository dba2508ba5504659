import { type DuckDBPreparedStatement, DuckDBTypeId } from '@duckdb/node-api'
import { type CopiedParameter, isNested } from '../../protocol/copied-parameter.js'
import type { Path } from '../../protocol/format-path.js'
import type { ExecuteRequest } from '../../protocol/requests.js'
import { toVisible } from '../../protocol/visible-text.js'
import { bindParameter } from './bind-parameter.js'
import type { DateProbe, UntypedDate } from './date-probe.js'
import { parameterFailure } from './parameter-failure.js'
import { parameterNames } from './parameter-names.js'

/** How many names a message has, and how long they are, in characters. */
const [mostNames, longestName] = [20, 60]

/**
 * The values of a call for the parameters of its statements: `$1` and `$name` are the same value in all of them, and `?`
 * are counted through from the first to the last.
 */
export class StatementParameters {
  readonly #given: ReadonlyMap<string, CopiedParameter>
  readonly #isArray: boolean
  readonly #dates: DateProbe
  readonly #isSingle: boolean
  readonly #isCounted: boolean = false
  /** How many `?` the statements before had. */
  #offset = 0

  /** @throws where statements that are not prepared yet have other parameters than are given. */
  constructor({ sql, parameters }: ExecuteRequest, statementCount: number, dates: DateProbe) {
    this.#dates = dates
    const given = Array.isArray(parameters)
      ? parameters.map((value: CopiedParameter, index) => [String(index + 1), value] as const)
      : Object.entries(parameters ?? {})
    this.#given = new Map(given.map(([name, value]) => [toKey(name), value]))
    this.#isArray = Array.isArray(parameters)
    this.#isSingle = statementCount === 1
    if (this.#isSingle) return
    const names = parameterNames(sql)
    const questions = names.filter((name) => name === '?').length
    // DuckDB counts `?` and `$1` together, and in each statement anew.
    if (questions > 0 && questions < names.length) return
    this.#isCounted = questions > 0
    this.#check(this.#isCounted ? names.map((_, index) => String(index + 1)) : [...new Set(names.map(toKey))])
  }

  /** To be called with each statement in turn. */
  async bind(statement: DuckDBPreparedStatement): Promise<void> {
    const names = readNames(statement)
    if (this.#isSingle) this.#check(names)
    const values = names.map((name) => this.#valueOf(name))
    const paths = names.map((name) => this.#pathOf(name))
    this.#offset += names.length
    const bindAll = (target: DuckDBPreparedStatement, as: UntypedDate) => {
      for (const [index, value] of values.entries())
        bindParameter(target, index + 1, value, as, paths[index] ?? [])
    }
    // Asked before it is bound: a place without a type has that of its value then.
    const hasUntypedDate = values.some(
      (value, index) => hasDate(value) && statement.parameterTypeId(index + 1) === DuckDBTypeId.INVALID,
    )
    const isProbed = this.#isSingle && hasUntypedDate
    bindAll(statement, isProbed ? await this.#dates.choose(bindAll) : 'timestamp')
  }

  #valueOf(name: string): CopiedParameter {
    const value = this.#given.get(this.#isCounted ? String(this.#offset + Number(name)) : toKey(name))
    if (value === undefined) throw parameterFailure(`Parameter ${show(name)} has no value`)
    return value
  }

  /** As the caller has it: a position in the array, or a name. */
  #pathOf(name: string): Path {
    return [this.#isArray ? Number(name) - 1 + (this.#isCounted ? this.#offset : 0) : name]
  }

  /** Whether the values that are given are those that are expected. */
  #check(expected: readonly string[]): void {
    const keys = new Set(expected.map(toKey))
    const unknown = [...this.#given.keys()].filter((name) => !keys.has(name))
    const missing = expected.filter((name) => !this.#given.has(toKey(name)))
    if (unknown.length === 0 && missing.length === 0) return
    const given = this.#isArray ? `an array of ${this.#given.size}` : list([...this.#given.keys()])
    const reasons = [
      ...(unknown.length > 0 && !this.#isArray ? [`the SQL has no ${list(unknown)}`] : []),
      ...(missing.length > 0 ? [`${list(missing)} has no value`] : []),
    ]
    const reason = reasons.length > 0 ? `: ${reasons.join(', and ')}` : ''
    throw parameterFailure(`Expected values for ${describeExpected(expected)}, got ${given}${reason}`)
  }
}

/** DuckDB does not tell names apart by their case. */
function toKey(name: string): string {
  return name.toLowerCase()
}

function readNames(statement: DuckDBPreparedStatement): string[] {
  return Array.from({ length: statement.parameterCount }, (_, index) => {
    try {
      return statement.parameterName(index + 1)
    } catch {
      throw parameterFailure(`DuckDB takes numbered parameters without gaps: there is no $${index + 1}`)
    }
  })
}

function describeExpected(names: readonly string[]): string {
  const isNumbered = names.length > 0 && names.every((name) => /^\d+$/.test(name))
  return isNumbered ? `${names.length} parameters by position` : list(names)
}

function list(names: readonly string[]): string {
  if (names.length === 0) return 'no parameters'
  const shown = names.slice(0, mostNames).map(show)
  return names.length > mostNames ? `${shown.join(', ')} and more` : shown.join(', ')
}

function show(name: string): string {
  return `$${toVisible(name, longestName)}`
}

/** Dates that take the type of what they are in. */
function hasDate(value: CopiedParameter): boolean {
  if (value instanceof Date) return true
  if (!isNested(value) || value.kind === 'numbers') return false
  return value.values.some(hasDate) || (value.kind === 'map' && value.keys.some(hasDate))
}
