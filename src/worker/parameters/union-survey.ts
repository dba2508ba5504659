import { DuckDBUnionType } from '@duckdb/node-api'
import type { StructParameter } from '../../protocol/copied-parameter.js'
import { formatParameter } from '../../protocol/format-path.js'
import { quoteName } from '../../protocol/visible-text.js'
import { duckdb } from '../instance/duckdb.js'
import { castValue } from './cast-value.js'
import type { ContentSurvey, OpenPath, SurveyContext, ValueSurvey } from './content-survey.js'
import { parameterFailure } from './parameter-failure.js'
import { nullablePlace, type Place } from './place.js'

/** Objects of one property, which is called as the member is: what a UNION is read as. */
export class UnionSurvey implements ContentSurvey {
  readonly #tags: readonly string[]
  readonly #members: readonly ValueSurvey[]

  constructor(wanted: DuckDBUnionType, { survey }: SurveyContext) {
    this.#tags = wanted.memberTags
    this.#members = wanted.memberTypes.map(survey)
  }

  add({ names, values }: StructParameter, path: OpenPath): void {
    const [tag = ''] = names
    const member = this.#members[this.#tags.indexOf(tag)]
    if (member === undefined || names.length !== 1) {
      const tags = this.#tags.slice(0, mostTags).map(quoteName).join(', ')
      throw parameterFailure(
        `Expected ${formatParameter(path)}, a UNION, to be an object of one property among ${tags}`,
      )
    }
    path.push(tag)
    member.add(values[0] ?? null, path)
    path.pop()
  }

  toPlace(): Place {
    const members = this.#members.map((member) => member.toPlace())
    const type = new DuckDBUnionType(
      this.#tags,
      members.map((member) => member.type),
    )
    const logicalType = type.toLogicalType().logical_type
    return nullablePlace<StructParameter>(type, ({ names: [tag = ''], values: [value = null] }) => {
      const index = this.#tags.indexOf(tag)
      // Tags have been looked for.
      const { create, type: memberType } = members[index] as Place
      // The NULL of a member is one of its type.
      const created = castValue(create(value), memberType.toLogicalType().logical_type)
      return duckdb.create_union_value(logicalType, index, created)
    })
  }
}

/** How many names a message has. */
const mostTags = 20
