import { INTERVAL } from '@duckdb/node-api'
import type { StructParameter } from '../../protocol/copied-parameter.js'
import { formatParameter } from '../../protocol/format-path.js'
import { duckdb } from '../instance/duckdb.js'
import type { ContentSurvey, OpenPath } from './content-survey.js'
import { parameterFailure } from './parameter-failure.js'
import { nullablePlace, type Place } from './place.js'

const bitsOf: ReadonlyMap<string, number> = new Map([
  ['months', 32],
  ['days', 32],
  ['micros', 64],
])

/** Objects as which an INTERVAL is read; a part that is not there is 0. */
export class IntervalSurvey implements ContentSurvey {
  add({ names, values }: StructParameter, path: OpenPath): void {
    const areParts = names.every((name, index) => {
      const bits = bitsOf.get(name)
      const value = values[index]
      if (bits === undefined || (typeof value !== 'bigint' && !Number.isInteger(value))) return false
      return BigInt.asIntN(bits, BigInt(value as number | bigint)) === BigInt(value as number | bigint)
    })
    if (areParts && names.length > 0) return
    const expected = '{ months, days, micros } of integers of 32, 32 and 64 bits'
    throw parameterFailure(`Expected ${formatParameter(path)}, an INTERVAL, to be ${expected}`)
  }

  toPlace(): Place {
    return nullablePlace<StructParameter>(INTERVAL, ({ names, values }) => {
      const part = (name: string) => (values[names.indexOf(name)] ?? 0) as number | bigint
      return duckdb.create_interval({
        months: Number(part('months')),
        days: Number(part('days')),
        micros: BigInt(part('micros')),
      })
    })
  }
}
