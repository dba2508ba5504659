import { type DuckDBMapType, MAP } from '@duckdb/node-api'
import type { CopiedParameter, NestedParameter } from '../../protocol/copied-parameter.js'
import { isNested } from '../../protocol/copied-parameter.js'
import { formatParameter } from '../../protocol/format-path.js'
import { duckdb } from '../instance/duckdb.js'
import type { ContentSurvey, OpenPath, SurveyContext, ValueSurvey } from './content-survey.js'
import { parameterFailure } from './parameter-failure.js'
import { nullablePlace, type Place } from './place.js'

type Entries = readonly [keys: readonly CopiedParameter[], values: readonly CopiedParameter[]]

/** Maps, and where a MAP is wanted plain objects, and arrays of `{ key, value }`, as which MAPs are read. */
export class MapSurvey implements ContentSurvey {
  readonly #keys: ValueSurvey
  readonly #values: ValueSurvey

  constructor(wanted: DuckDBMapType | undefined, { survey }: SurveyContext) {
    this.#keys = survey(wanted?.keyType)
    this.#values = survey(wanted?.valueType)
  }

  add(value: NestedParameter, path: OpenPath): void {
    const entries = toEntries(value)
    if (entries === undefined) {
      throw parameterFailure(
        `Expected ${formatParameter(path)}, a MAP, to be a Map, an object or an array of { key, value }`,
      )
    }
    const [keys, values] = entries
    const seen = new Set<string>()
    for (const [index, key] of keys.entries()) {
      path.push(typeof key === 'string' || typeof key === 'number' ? key : index)
      if (key === null) throw parameterFailure(`Expected the key of ${formatParameter(path)} not to be NULL`)
      const text = keyText(key)
      if (text !== undefined && seen.has(text)) {
        throw parameterFailure(
          `Expected the keys of a MAP to be different, got ${formatParameter(path)} twice`,
        )
      }
      if (text !== undefined) seen.add(text)
      this.#keys.add(key, path)
      this.#values.add(values[index] ?? null, path)
      path.pop()
    }
  }

  toPlace(): Place {
    const keyPlace = this.#keys.toPlace()
    const valuePlace = this.#values.toPlace()
    const type = MAP(keyPlace.type, valuePlace.type)
    const logicalType = type.toLogicalType().logical_type
    return nullablePlace<NestedParameter>(type, (value) => {
      const [keys, values] = toEntries(value) ?? [[], []]
      return duckdb.create_map_value(logicalType, keys.map(keyPlace.create), values.map(valuePlace.create))
    })
  }
}

/** Undefined where it has none. */
function toEntries(value: NestedParameter): Entries | undefined {
  if (value.kind === 'map') return [value.keys, value.values]
  if (value.kind === 'struct') return [value.names, value.values]
  const entries = [...value.values].map((entry) => {
    if (!isObject(entry) || entry.names.length !== 2) return undefined
    const key = entry.names.indexOf('key')
    const item = entry.names.indexOf('value')
    return key < 0 || item < 0
      ? undefined
      : ([entry.values[key] ?? null, entry.values[item] ?? null] as const)
  })
  if (!entries.every((entry) => entry !== undefined)) return undefined
  return [entries.map(([key]) => key), entries.map(([, item]) => item)]
}

function isObject(value: CopiedParameter) {
  return isNested(value) && value.kind === 'struct'
}

/** Undefined where only DuckDB can say which are the same. */
function keyText(key: CopiedParameter): string | undefined {
  if (typeof key === 'string') return `'${key}`
  return typeof key === 'object' && !(key instanceof Date) ? undefined : String(Number(key))
}
