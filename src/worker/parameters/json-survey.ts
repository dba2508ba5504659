import { VARCHAR } from '@duckdb/node-api'
import { type CopiedParameter, isNested } from '../../protocol/copied-parameter.js'
import { formatParameter } from '../../protocol/format-path.js'
import { duckdb } from '../instance/duckdb.js'
import type { ContentSurvey, OpenPath } from './content-survey.js'
import { parameterFailure } from './parameter-failure.js'
import { nullablePlace, type Place } from './place.js'

/** What is wanted as JSON: strings are its text, and all else is written as such. */
export class JsonSurvey implements ContentSurvey {
  add(value: CopiedParameter, path: OpenPath): void {
    if (typeof value !== 'string') toJson(value, path)
  }

  toPlace(): Place {
    return nullablePlace<CopiedParameter>(VARCHAR, (value) =>
      duckdb.create_varchar(typeof value === 'string' ? value : toJson(value, [])),
    )
  }
}

/** @throws WorkerFailure for what JSON has no place for. */
function toJson(value: CopiedParameter, path: OpenPath): string {
  if (typeof value === 'bigint') return String(value)
  if (typeof value === 'number' && !Number.isFinite(value)) throw noJson(`${value}`, path)
  if (value instanceof Uint8Array) throw noJson('a Uint8Array', path)
  if (!isNested(value)) return JSON.stringify(value)
  const jsonAt = (place: string | number, item: CopiedParameter) => {
    path.push(place)
    const text = toJson(item, path)
    path.pop()
    return text
  }
  if (value.kind === 'list' || value.kind === 'numbers') {
    return `[${Array.from<CopiedParameter, string>(value.values, (item, index) => jsonAt(index, item)).join()}]`
  }
  const names = value.kind === 'struct' ? value.names : value.keys
  const properties = names.map((name, index) => {
    if (typeof name !== 'string') throw noJson('a key of a Map that is no string', path)
    return `${JSON.stringify(name)}:${jsonAt(name, value.values[index] ?? null)}`
  })
  return `{${properties.join()}}`
}

function noJson(what: string, path: OpenPath): Error {
  return parameterFailure(`Expected ${formatParameter(path)} to be a value that JSON holds, got ${what}`)
}
