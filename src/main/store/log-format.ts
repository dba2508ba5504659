import type { ColumnDescriptor } from '../../protocol/column-type.js'
import { nowMicros } from '../scheduling/real-timers.js'

/** How many units of a type, whose values are counts of it, make a second; of the others it is a million. */
const unitsPerSecond: ReadonlyMap<string, bigint> = new Map([
  ['TIMESTAMP_S', 1n],
  ['TIMESTAMP_MS', 1000n],
  ['TIMESTAMP_NS', 1_000_000_000n],
])

interface Times {
  readonly created_at: bigint
  readonly updated_at: bigint
}

/** What rows of the log must look like, by its columns. */
export class LogFormat {
  /** Whether values are in a VARCHAR, as a file of other origin may have them. */
  readonly isText: boolean
  /** The types of `created_at` and `updated_at`; undefined without timestamps. */
  readonly #types: readonly [created: string, updated: string] | undefined

  constructor(columns: readonly ColumnDescriptor[]) {
    const typeOf = (wanted: string) => columns.find(({ name }) => name === wanted)?.type.name
    this.isText = typeOf('value') === 'VARCHAR'
    const [created, updated] = [typeOf('created_at'), typeOf('updated_at')]
    this.#types = created === undefined || updated === undefined ? undefined : [created, updated]
  }

  /** The present time, once for all rows of a save: in UTC, as the log has it; undefined without timestamps. */
  timesOfSave(): Times | undefined {
    if (this.#types === undefined) return undefined
    const micros = nowMicros()
    const [created_at, updated_at] = this.#types.map((type) => toUnits(micros, type)) as [bigint, bigint]
    return { created_at, updated_at }
  }
}

function toUnits(micros: bigint, type: string): bigint {
  return (micros * (unitsPerSecond.get(type) ?? 1_000_000n)) / 1_000_000n
}
