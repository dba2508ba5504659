import { quoteIdentifier } from '../../protocol/sql.js'
import type { OmittedColumns } from '../ingest/omitted-columns.js'
import { StagingTable } from '../ingest/staging-table.js'
import type { TransactionConnection } from '../transaction-connection.js'
import type { WriteTarget } from '../write/write-target.js'

/** Rows that are decided about together. */
interface Part {
  readonly staging: StagingTable
  /** True for all rows of the transaction. */
  readonly isWhole: boolean
}

/**
 * All rows at once, or one pass after the other: the first row of each key, the second of each key, and so on. An
 * update needs passes where rows with one key may leave each other's columns as they are.
 */
export async function* splitPasses(
  connection: TransactionConnection,
  target: WriteTarget,
  staging: StagingTable,
  omitted: OmittedColumns,
): AsyncGenerator<Part> {
  const last = mayLeaveColumns(target, omitted) ? await numberPasses(connection, target, staging) : 1
  if (last <= 1) {
    yield { staging, isWhole: true }
    return
  }
  for (let number = 1; number <= last; number++) {
    const pass = new StagingTable(`duckpaddle_round_${number}`, target.shape)
    // A row without a key is like no other, and so in the first pass.
    await connection.run(
      `CREATE TEMP TABLE ${quoteIdentifier(pass.name)} AS SELECT s.* FROM ${staging.table} s
       LEFT JOIN temp.main.duckpaddle_rounds r ON r.o = s.${staging.ordinal} WHERE coalesce(r.pass, 1) = ${number}`,
    )
    yield { staging: pass, isWhole: false }
    await connection.run(`DROP TABLE ${pass.table}`)
  }
}

/**
 * Where all rows carry the same columns, the last row of a key leaves nothing of those before but what a DEFAULT gave
 * them. That is not worth passes where several constraints are unique: those decide about each row in its turn.
 */
function mayLeaveColumns(
  { key, onConflict, columns, otherUniques }: WriteTarget,
  omitted: OmittedColumns,
): boolean {
  if (key === undefined || onConflict !== 'update') return false
  if (!omitted.isMixed && otherUniques.length > 0) return false
  const hasDefault = columns.some(
    (column, index) =>
      omitted.inSome[index] === true && column.hasDefault && !key.columns.includes(column.name),
  )
  return omitted.isMixed || hasDefault
}

/** @returns how many passes there are. */
async function numberPasses(
  connection: TransactionConnection,
  { key }: WriteTarget,
  staging: StagingTable,
): Promise<number> {
  const columns = key?.expressions ?? []
  const pass = `row_number() OVER (PARTITION BY ${columns.join(', ')} ORDER BY ${staging.ordinal} ASC NULLS LAST)`
  await connection.run(
    `CREATE TEMP TABLE duckpaddle_rounds AS SELECT ${staging.ordinal} AS o, ${pass} AS pass FROM ${staging.table}
     WHERE ${columns.map((expression) => `${expression} IS NOT NULL`).join(' AND ')}`,
  )
  const [last = 0] = await connection.readNumbers('SELECT max(pass)::DOUBLE FROM temp.main.duckpaddle_rounds')
  return last
}
