import type { DuckDBType } from '@duckdb/node-api'
import type { Reading } from '../../protocol/query-value.js'
import { mostLevels } from '../../values/most-levels.js'
import { describeMisfit, type ValueContext } from '../../values/value-context.js'
import { WorkerFailure } from '../failure.js'

/** Levels of arrays and objects that are sent as they are: any stack suffices for these. */
const shallowLevels = 100

/** What the values that were read take on their way to main. */
export class Tally {
  /** About how many bytes, less those that any value takes. */
  bytes = 0
  isDeep = false

  /** Notes arrays or objects at so many levels. */
  recordLevels(levels: number): void {
    if (levels <= shallowLevels) return
    this.isDeep = true
    if (levels <= mostLevels) return
    const message = `A value is nested more than ${mostLevels} levels deep`
    throw new WorkerFailure({ code: 'PERSIST_QUERY_FAILED', message })
  }
}

/** What the readers of a column share. */
export interface ReadingContext extends ValueContext {
  readonly tally: Tally
}

/** Refuses what does not fit, by the name of its column. */
export function refuseMisfits(column: string, type: DuckDBType, reading: Reading): ReadingContext['misfit'] {
  const describe = describeMisfit(column, String(type), reading)
  return (option, text) => {
    throw new WorkerFailure({ code: 'PERSIST_QUERY_FAILED', message: describe(option, text) })
  }
}

/** Reads as text what does not fit. */
export function keepMisfits(_option: keyof Reading, text: string): string {
  return text
}
