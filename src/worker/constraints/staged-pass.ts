import { quoteIdentifier } from '../../protocol/sql.js'
import type { Absence } from '../ingest/omitted-columns.js'
import type { StagingTable } from '../ingest/staging-table.js'
import type { TransactionConnection } from '../transaction-connection.js'
import type { WriteTarget } from '../write/write-target.js'
import type { Relation } from './key-sql.js'
import type { Verdicts } from './row-outcomes.js'

/** Staged rows that are decided about, and moved into their table, together. */
export interface StagedRound {
  readonly connection: TransactionConnection
  readonly target: WriteTarget
  /** Every column has its value: see `fillStaging`. */
  readonly staging: StagingTable
  readonly absence: Absence
  readonly verdicts: Verdicts
  /** True for all rows of the transaction. */
  readonly isWhole: boolean
}

/** The staged rows without a verdict so far. */
export function acceptedRows({ staging, verdicts, target }: StagedRound): Relation {
  const { from, ordinal } = staging.rows
  const rows = `SELECT s.* FROM ${from} s ANTI JOIN ${verdicts.table} v ON v.o = s.${ordinal}`
  // An index may be on an expression that calls its columns by the name of their table.
  return { from: `(${rows}) AS ${quoteIdentifier(target.name)}`, where: 'true', ordinal }
}

/** The rows of the table, which have no ordinal. */
export function tableRows({ target }: StagedRound): Relation {
  return { from: target.table, where: 'true', ordinal: '0' }
}
