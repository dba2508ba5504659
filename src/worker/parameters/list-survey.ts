import { ARRAY, DuckDBArrayType, type DuckDBListType, LIST } from '@duckdb/node-api'
import type { Value } from '@duckdb/node-bindings'
import type { CopiedParameter, ListParameter } from '../../protocol/copied-parameter.js'
import { formatParameter } from '../../protocol/format-path.js'
import { duckdb } from '../instance/duckdb.js'
import { castValue } from './cast-value.js'
import type { ContentSurvey, OpenPath, SurveyContext, ValueSurvey } from './content-survey.js'
import { parameterFailure } from './parameter-failure.js'
import { nullablePlace, type Place } from './place.js'

/** A list, or bytes where a list of numbers is wanted. */
type Listed = ListParameter | Uint8Array

/** From so many on, numbers and strings are made as one text: in a quarter of the time and memory of a value for each. */
const fewestAsText = 16
const longestText = 2 ** 28
/** The texts of so many are there at once. */
const pieceItems = 10_000

/** Arrays and typed arrays: LIST, or ARRAY of the wanted length. */
export class ListSurvey implements ContentSurvey {
  readonly #items: ValueSurvey
  readonly #length: number | undefined

  constructor(wanted: DuckDBListType | DuckDBArrayType | undefined, { survey }: SurveyContext) {
    this.#items = survey(wanted?.valueType)
    this.#length = wanted instanceof DuckDBArrayType ? wanted.length : undefined
  }

  add(value: Listed, path: OpenPath): void {
    const { values, isTyped } = toItems(value)
    if (this.#length !== undefined && values.length !== this.#length) {
      const expected = `Expected ${formatParameter(path)} to have ${this.#length} items`
      throw parameterFailure(`${expected}, got ${values.length}`)
    }
    path.push(0)
    if (ArrayBuffer.isView(values)) this.#items.addNumbers(values, isTyped, path)
    else {
      for (const [index, item] of values.entries()) {
        path[path.length - 1] = index
        this.#items.add(item, path)
      }
    }
    path.pop()
  }

  toPlace(): Place {
    const item = this.#items.toPlace()
    const itemType = item.type.toLogicalType().logical_type
    const type = this.#length === undefined ? LIST(item.type) : ARRAY(item.type, this.#length)
    const logicalType = type.toLogicalType().logical_type
    const createOf = this.#length === undefined ? duckdb.create_list_value : duckdb.create_array_value
    const { toText } = item
    return nullablePlace<Listed>(type, (value) => {
      const { values } = toItems(value)
      const text = toText && listText(values, toText)
      if (text !== undefined) return castValue(duckdb.create_varchar(text), logicalType)
      return createOf(itemType, Array.from<CopiedParameter, Value>(values, item.create))
    })
  }
}

function toItems(value: Listed) {
  if (value instanceof Uint8Array) return { values: value, isTyped: true }
  return value.kind === 'list' ? { values: value.values, isTyped: false } : value
}

/** Undefined where there are few values, or they are too long to be one string. */
function listText(
  values: ReturnType<typeof toItems>['values'],
  toText: NonNullable<Place['toText']>,
): string | undefined {
  if (values.length < fewestAsText) return undefined
  let text = ''
  for (let start = 0; start < values.length; start += pieceItems) {
    const piece: Iterable<CopiedParameter> = values.slice(start, start + pieceItems)
    const texts = Array.from(piece, (value) => (value === null ? 'NULL' : toText(value)))
    text += start === 0 ? texts.join() : `,${texts.join()}`
    if (text.length > longestText) return undefined
  }
  return `[${text}]`
}
