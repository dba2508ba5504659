import { type DuckDBType, DuckDBTypeId, SQLNULL } from '@duckdb/node-api'
import type { CopiedParameter } from '../../protocol/copied-parameter.js'
import { formatParameter } from '../../protocol/format-path.js'
import type { TypedNumbers } from '../../protocol/query-value.js'
import { duckdb } from '../instance/duckdb.js'
import { type ContentKind, isJson, kindOf } from './content-kind.js'
import type { ContentSurvey, OpenPath, SurveyContext, ValueSurvey } from './content-survey.js'
import { createContentSurvey } from './create-content-survey.js'
import type { UntypedDate } from './date-probe.js'
import { NumberSurvey } from './number-survey.js'
import { parameterFailure } from './parameter-failure.js'
import type { Place } from './place.js'

/** Finds the type of a place by what is wanted there, and by all of its values. */
export class PlaceSurvey implements ValueSurvey {
  readonly #wanted: DuckDBType | undefined
  readonly #context: SurveyContext
  #kind: ContentKind | undefined
  #content: ContentSurvey | undefined

  /** @param wanted - The type of the place; undefined where it is for the values to say. */
  constructor(wanted: DuckDBType | undefined, dates: UntypedDate) {
    this.#wanted = wanted?.typeId === DuckDBTypeId.VARIANT ? undefined : wanted
    this.#context = { dates, survey: (inner) => new PlaceSurvey(inner, dates) }
  }

  add(value: CopiedParameter, path: OpenPath): void {
    if (value !== null) this.#begin(kindOf(value, this.#wanted), path).add(value, path)
  }

  addNumbers(values: TypedNumbers | Uint8Array, isTyped: boolean, path: OpenPath): void {
    const isKnown = isTyped && !isJson(this.#wanted)
    if (values.length === 0 && !isKnown) return
    const content = this.#begin(isJson(this.#wanted) ? 'JSON' : 'number', path)
    if (content instanceof NumberSurvey) content.addAll(values, isTyped)
    else {
      for (const [index, value] of values.entries()) content.add(value, [...path.slice(0, -1), index])
    }
  }

  toPlace(): Place {
    if (this.#content !== undefined) return this.#content.toPlace()
    return { type: this.#wanted ?? SQLNULL, create: () => duckdb.create_null_value() }
  }

  #begin(kind: ContentKind, path: OpenPath): ContentSurvey {
    if (this.#content === undefined) {
      this.#kind = kind
      this.#content = createContentSurvey(kind, this.#wanted, this.#context, path)
    } else if (kind !== this.#kind) {
      const expected = `Expected ${formatParameter(path)} to have a type in common with the values beside it`
      throw parameterFailure(`${expected}, got ${kind} after ${this.#kind}`)
    }
    return this.#content
  }
}
