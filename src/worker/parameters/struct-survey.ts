import { DuckDBStructType } from '@duckdb/node-api'
import type { StructParameter } from '../../protocol/copied-parameter.js'
import { formatParameter } from '../../protocol/format-path.js'
import { quoteName } from '../../protocol/visible-text.js'
import { duckdb } from '../instance/duckdb.js'
import type { ContentSurvey, OpenPath, SurveyContext, ValueSurvey } from './content-survey.js'
import { parameterFailure } from './parameter-failure.js'
import { nullablePlace, type Place } from './place.js'

/** Plain objects: a STRUCT of the wanted fields, or of all that they have. A field that one has not is NULL. */
export class StructSurvey implements ContentSurvey {
  readonly #context: SurveyContext
  readonly #isWanted: boolean
  readonly #names: string[] = []
  readonly #fields: ValueSurvey[] = []
  /** By the names as DuckDB compares them. */
  readonly #positions = new Map<string, number>()

  constructor(wanted: DuckDBStructType | undefined, context: SurveyContext) {
    this.#context = context
    this.#isWanted = wanted !== undefined
    for (const [index, name] of (wanted?.entryNames ?? []).entries()) {
      this.#names.push(name)
      this.#fields.push(context.survey(wanted?.entryTypes[index]))
      this.#positions.set(toKey(name), index)
    }
  }

  add({ names, values }: StructParameter, path: OpenPath): void {
    const seen = new Set<number>()
    for (const [index, name] of names.entries()) {
      path.push(name)
      const position = this.#positions.get(toKey(name)) ?? this.#addField(name, path)
      if (seen.has(position)) throw twice(name, path)
      seen.add(position)
      this.#fields[position]?.add(values[index] ?? null, path)
      path.pop()
    }
    if (this.#names.length > 0) return
    throw parameterFailure(
      `Expected ${formatParameter(path)} to have properties: a STRUCT has at least one field`,
    )
  }

  toPlace(): Place {
    const fields = this.#fields.map((field) => field.toPlace())
    const type = new DuckDBStructType(
      this.#names,
      fields.map((field) => field.type),
    )
    const logicalType = type.toLogicalType().logical_type
    return nullablePlace<StructParameter>(type, ({ names, values }) => {
      const byPosition = new Map(
        names.map((name, index) => [this.#positions.get(toKey(name)), values[index]]),
      )
      const created = fields.map((field, position) => field.create(byPosition.get(position) ?? null))
      return duckdb.create_struct_value(logicalType, created)
    })
  }

  #addField(name: string, path: OpenPath): number {
    if (this.#isWanted) {
      const fields = this.#names.map(quoteName).slice(0, mostNames).join(', ')
      throw parameterFailure(`${formatParameter(path)} has no field in the STRUCT, which has ${fields}`)
    }
    // To the bindings, it would end there.
    if (name.includes('\0')) {
      throw parameterFailure(`Expected ${formatParameter(path)} to have a name without NUL characters`)
    }
    const position = this.#names.push(name) - 1
    this.#fields.push(this.#context.survey(undefined))
    this.#positions.set(toKey(name), position)
    return position
  }
}

/** How many names a message has. */
const mostNames = 20

/** DuckDB does not tell names apart by the case of ASCII letters. */
function toKey(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase())
}

function twice(name: string, path: OpenPath): Error {
  return parameterFailure(`${formatParameter(path.slice(0, -1))} has ${quoteName(name)} twice, in two cases`)
}
