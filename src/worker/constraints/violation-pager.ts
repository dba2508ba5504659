import type { DuckDBMaterializedResult } from '@duckdb/node-api'
import type { ColumnDescriptor } from '../../protocol/column-type.js'
import type { QueryRow, QueryValue, Reading } from '../../protocol/query-value.js'
import type { Violation, ViolationPage } from '../../protocol/violation.js'
import { setOwn } from '../../values/set-own.js'
import type { Constraint } from '../catalog/table-metadata.js'
import type { Database } from '../database.js'
import { ResultPager } from '../read/result-pager.js'

/** Hands out the rows that were rejected, in pages; see `ViolationQuery` for the columns of the result. */
export class ViolationPager {
  readonly #pager: ResultPager
  readonly #constraints: readonly Constraint[]
  readonly #columns: readonly ColumnDescriptor[]

  constructor(
    database: Database,
    result: DuckDBMaterializedResult,
    constraints: readonly Constraint[],
    columns: readonly ColumnDescriptor[],
    reading: Reading,
  ) {
    // A rejected row is reported, whatever is in it.
    this.#pager = new ResultPager(database, result, reading, true)
    this.#constraints = constraints
    this.#columns = columns
  }

  async next(): Promise<ViolationPage> {
    const { rows, isLast, isDeep } = await this.#pager.next()
    return { violations: rows.flatMap((row) => this.#toViolation(row)), isLast, isDeep }
  }

  #toViolation({ ordinal, violated, other, ...values }: QueryRow): Violation[] {
    const broken = this.#constraints[Number(violated)]
    if (broken === undefined) return []
    const { referringTable } = broken
    const row: Record<string, QueryValue> = {}
    for (const [index, { name }] of this.#columns.entries()) {
      setOwn(row, name, values[`c${index}`] ?? null)
    }
    return [
      {
        ordinal: Number(ordinal),
        code: broken.code,
        constraint: broken.text,
        columns: broken.columns,
        row,
        ...(referringTable === undefined ? {} : { referringTable }),
        ...(typeof other === 'number' ? { conflictOrdinal: other } : {}),
      },
    ]
  }
}
