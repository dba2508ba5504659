import type { DuckDBMaterializedResult } from '@duckdb/node-api'
import type { ColumnDescriptor } from '../../protocol/column-type.js'
import type { QueryRow, QueryValue, Reading, Refusal, RefusalPage } from '../../protocol/requests.js'
import type { Database } from '../database.js'
import { ResultPager } from '../read/result-batches.js'
import { setOwn } from '../read/set-own.js'
import type { Rule } from '../write/table-writer.js'

/** Hands out the rows that were refused, in pages; see `RefusalQuery` for the columns of the result. */
export class RefusalPager {
  readonly #pager: ResultPager
  readonly #rules: readonly Rule[]
  readonly #columns: readonly ColumnDescriptor[]

  constructor(
    database: Database,
    result: DuckDBMaterializedResult,
    rules: readonly Rule[],
    columns: readonly ColumnDescriptor[],
    reading: Reading,
  ) {
    // A refused row is reported, whatever is in it.
    this.#pager = new ResultPager(database, result, reading, true)
    this.#rules = rules
    this.#columns = columns
  }

  async next(): Promise<RefusalPage> {
    const { rows, isLast, isDeep } = await this.#pager.next()
    return { refusals: rows.flatMap((row) => this.#toRefusal(row)), isLast, isDeep }
  }

  #toRefusal({ ordinal, rule, other, ...values }: QueryRow): Refusal[] {
    const broken = this.#rules[Number(rule)]
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
