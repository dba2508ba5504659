import type { DuckDBType } from '@duckdb/node-api'
import type { Reading } from '../../protocol/query-value.js'
import { WorkerFailure } from '../failure.js'

/** Levels of arrays and objects that are sent as they are: any stack suffices for these. */
const shallowLevels = 100
/**
 * More levels are not read. With Node's usual stacks, 1,900 levels of objects are the most that main can receive, and
 * 12,000 what the worker can send; a worker with `stackSizeMb: 1` can send 2,500.
 */
export const mostLevels = 1000

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
export interface ReadingContext {
  readonly reading: Reading
  readonly tally: Tally
  /** Called with a value that the type which an option asks for cannot hold: throws, or returns what is read instead. */
  misfit(option: keyof Reading, text: string): string
}

/** Refuses what does not fit, by the name of its column. */
export function refuseMisfits(column: string, type: DuckDBType, reading: Reading): ReadingContext['misfit'] {
  return (option, text) => {
    const problem =
      option === 'timestamps'
        ? `no Date holds ${text}: read it with \`timestamps: 'string'\` or \`'bigint'\``
        : `${text} is not a safe integer (\`bigints: '${reading.bigints}'\`): read it with \`bigints: 'bigint'\` or \`'string'\``
    const message = `Column \`${column}\` (${type}): ${problem}`
    throw new WorkerFailure({ code: 'PERSIST_QUERY_FAILED', message })
  }
}

/** Reads as text what does not fit. */
export function keepMisfits(_option: keyof Reading, text: string): string {
  return text
}
