import { isDate, isUint8Array } from 'node:util/types'
import { quoteName } from '../../protocol/visible-text.js'
import { describeValue } from '../contract/describe-value.js'
import { findJsonProblem } from '../encode/json-problem.js'
import { byteLengthOf, timeOf } from '../encode/own-slots.js'
import { toJson } from '../encode/to-json.js'
import { NestedSurvey, type ValueSurvey } from './nested-survey.js'
import { NumberSurvey } from './number-survey.js'
import { TextSurvey } from './text-survey.js'

type Kind = 'number' | 'boolean' | 'string' | 'date' | 'bytes' | 'object'

/** What is of one kind, but for numbers, strings and objects, whose type depends on them. */
const typeOfKind = { boolean: 'BOOLEAN', date: 'TIMESTAMP', bytes: 'BLOB' } as const

/** What the values of one property are like. */
export class ColumnSurvey implements ValueSurvey {
  readonly #name: string
  readonly #nested: NestedSurvey<ColumnSurvey>
  /** What JSON has no place for: they must agree then. */
  #notJson: TypeError | undefined
  /** The first row that has a value of the kind. */
  readonly #rowOf = new Map<Kind, number>()
  readonly #numbers = new NumberSurvey()
  /** Of the strings, where they are to be read. */
  readonly #texts: TextSurvey | undefined
  #failure: { readonly error: unknown } | undefined

  /** @param level - How many arrays and objects the values are inside of. */
  constructor(name: string, parses: boolean, level = 0) {
    this.#name = name
    this.#nested = new NestedSurvey(() => new ColumnSurvey(name, parses, level + 1), level)
    this.#texts = parses ? new TextSurvey() : undefined
  }

  /**
   * Takes a value into account that is not undefined.
   *
   * @throws TypeError if no column takes it.
   */
  add(value: unknown, row: number): void {
    if (value === null) return
    const kind = this.#inspect(value, row)
    if (!this.#rowOf.has(kind)) this.#rowOf.set(kind, row)
  }

  /** Takes note of what was thrown where a value would have been. */
  fail(error: unknown): void {
    this.#failure ??= { error }
  }

  /** Takes the values of another one into account as well. */
  join(other: ColumnSurvey): void {
    for (const [kind, row] of other.#rowOf) if (!this.#rowOf.has(kind)) this.#rowOf.set(kind, row)
    this.#numbers.join(other.#numbers)
    if (other.#texts !== undefined) this.#texts?.join(other.#texts)
    this.#nested.join(other.#nested)
    this.#notJson ??= other.#notJson
    this.#failure ??= other.#failure
  }

  /**
   * The type that takes all of them; JSON where there is no other.
   *
   * @throws TypeError where no type takes them all; what reading one of them has thrown.
   */
  type(): string {
    if (this.#failure !== undefined) throw this.#failure.error
    const [first, ...others] = this.#rowOf.keys()
    if (first === undefined) return 'JSON'
    if (others.length > 0) return this.#mixedType()
    if (first === 'string') return this.#texts?.type() ?? 'VARCHAR'
    if (first === 'object') return this.#nested.type() ?? this.#json()
    if (first !== 'number') return typeOfKind[first]
    const type = this.#numbers.type()
    if (type !== undefined) return type
    throw this.#error(`has numbers that no type takes together: ${this.#numbers.describe()}`)
  }

  /** Of several kinds, which only JSON takes. */
  #mixedType(): string {
    const isReadable = this.#texts === undefined || !this.#rowOf.has('string')
    if (isReadable && !this.#rowOf.has('bytes') && (!this.#rowOf.has('number') || this.#numbers.isJson)) {
      return this.#json()
    }
    const found = [...this.#rowOf].map(([kind, row]) => `${kind} in row ${row}`).join(', ')
    throw this.#error(`has values that no type takes together${isReadable ? '' : ' with `parse`'}: ${found}`)
  }

  #json(): string {
    if (this.#notJson !== undefined) throw this.#notJson
    return 'JSON'
  }

  #inspect(value: unknown, row: number): Kind {
    switch (typeof value) {
      case 'number':
      case 'bigint':
        this.#numbers.add(value)
        return 'number'
      case 'boolean':
        return 'boolean'
      case 'string':
        if (!value.isWellFormed()) throw this.#refused('a lone surrogate', row)
        this.#texts?.add(value)
        return 'string'
      case 'object':
        return this.#inspectObject(value as object, row)
      default:
        throw this.#refused(describeValue(value), row)
    }
  }

  #inspectObject(value: object, row: number): Kind {
    if (isDate(value)) {
      if (Number.isNaN(timeOf(value))) throw this.#refused('an invalid Date', row)
      return 'date'
    }
    if (isUint8Array(value)) {
      byteLengthOf(value)
      return 'bytes'
    }
    const isAgreed = this.#nested.add(value, row)
    const problem = this.#notJson === undefined ? this.#jsonProblem(value, row) : undefined
    if (problem !== undefined && !isAgreed) throw problem
    this.#notJson ??= problem
    return 'object'
  }

  #jsonProblem(value: object, row: number): TypeError | undefined {
    const problem = findJsonProblem(value)
    if (problem !== undefined) {
      const found = describeValue(value)
      if (problem.path !== '') return this.#refused(`${found}: ${problem.reason} at \`${problem.path}\``, row)
      return this.#refused(problem.reason === `got ${found}` ? found : `${found}: ${problem.reason}`, row)
    }
    const isNull = 'toJSON' in value && toJson(value) === 'null'
    return isNull ? this.#refused('what JSON makes null of', row) : undefined
  }

  #refused(what: string, row: number): TypeError {
    return this.#error(`has what no column takes, in row ${row}: ${what}`)
  }

  #error(problem: string): TypeError {
    return new TypeError(`Cannot infer a column: ${quoteName(this.#name)} ${problem}`)
  }
}
