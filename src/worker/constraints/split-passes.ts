import type { OmittedColumns } from '../ingest/omitted-columns.js'
import { StagingTable } from '../ingest/staging-table.js'
import type { WriteTarget } from '../ingest/write-target.js'
import type { TransactionConnection } from '../transaction-connection.js'
import { countKeys, selectKeys } from './key-sql.js'
import type { StagedPass } from './staged-pass.js'

/** Rows that are decided about together. */
interface Part {
  readonly staging: StagingTable
  /** True for all rows at once. */
  readonly isOnly: boolean
}

/**
 * All rows at once, or one pass after the other: the first row of each key, the second of each key, and so on. An
 * update needs passes where rows with one key may leave each other's columns as they are.
 */
export async function* splitPasses(rows: Omit<StagedPass, 'isWhole'>): AsyncGenerator<Part> {
  const { connection, target, staging, omitted } = rows
  const last = mayLeaveColumns(target, omitted) ? await numberPasses(connection, target, staging) : 1
  if (last <= 1) {
    yield { staging, isOnly: true }
    return
  }
  for (let number = 1; number <= last; number++) {
    const pass = new StagingTable(target.temporaries.ref(`pass_${number}`), target.metadata)
    // A row without a key is like no other, and so in the first pass.
    await connection.run(
      `CREATE TEMP TABLE ${pass.table} AS SELECT s.* FROM ${staging.table} s
       LEFT JOIN ${target.temporaries.sql('passes')} r ON r.o = s.${staging.ordinal} WHERE coalesce(r.pass, 1) = ${number}`,
    )
    yield { staging: pass, isOnly: false }
    await connection.run(`DROP TABLE ${pass.table}`)
  }
}

/** Whether rows have to be decided about in several passes. */
export async function needsPasses({ connection, target, staging, omitted }: StagedPass): Promise<boolean> {
  const { key } = target
  if (key === undefined || !mayLeaveColumns(target, omitted)) return false
  const fresh = { from: staging.table, where: 'true', ordinal: staging.ordinal }
  const counts = countKeys(selectKeys(fresh, key.expressions), key.expressions)
  const [rows = 0, keys = 0] = await connection.readNumbers(counts)
  return keys < rows
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
  { key, temporaries }: WriteTarget,
  staging: StagingTable,
): Promise<number> {
  const columns = key?.expressions ?? []
  const passes = temporaries.sql('passes')
  const pass = `row_number() OVER (PARTITION BY ${columns.join(', ')} ORDER BY ${staging.ordinal} ASC NULLS LAST)`
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE ${passes} AS SELECT ${staging.ordinal} AS o, ${pass} AS pass FROM ${staging.table}
     WHERE ${columns.map((expression) => `${expression} IS NOT NULL`).join(' AND ')}`,
  )
  const [last = 0] = await connection.readNumbers(`SELECT max(pass)::DOUBLE FROM ${passes}`)
  return last
}
