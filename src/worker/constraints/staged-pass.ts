import { quoteIdentifier } from '../../protocol/sql.js'
import type { OmittedColumns } from '../ingest/omitted-columns.js'
import type { Relation } from '../ingest/relation.js'
import type { StagingTable } from '../ingest/staging-table.js'
import type { WriteTarget } from '../ingest/write-target.js'
import type { TransactionConnection } from '../transaction-connection.js'
import type { RowOutcomes } from './row-outcomes.js'

/** Staged rows that are decided about, and moved into their table, together. */
export interface StagedPass {
  readonly connection: TransactionConnection
  readonly target: WriteTarget
  /** Every column has its value: see `fillStaging`. */
  readonly staging: StagingTable
  readonly omitted: OmittedColumns
  readonly outcomes: RowOutcomes
  /** True for all rows of the transaction. */
  readonly isWhole: boolean
  /** Whether the outcomes name the rows that are updated by their `rowid`. */
  readonly hasRowIds?: boolean
  /** What every row of the table fulfils that has the key of one of these: see `readKeyFilter`. */
  readonly keyFilter?: string | undefined
  /** In the place of the table: those of its rows that a server finds by the keys of these. */
  readonly keyedSource?: string | undefined
}

/** The staged rows without an outcome so far. */
export function acceptedRows({ staging, outcomes, target }: StagedPass): Relation {
  const { from, ordinal } = staging.rows
  const rows = `SELECT s.* FROM ${from} s ANTI JOIN ${outcomes.table} v ON v.o = s.${ordinal}`
  // An index may be on an expression that calls its columns by the name of their table.
  return { from: `(${rows}) AS ${quoteIdentifier(target.ref.name)}`, where: 'true', ordinal }
}

/** The rows of the table that may have the key of a staged one. @param ordinal - An expression over them. */
export function keyedRows(
  { target, keyFilter = 'true', keyedSource = target.table }: StagedPass,
  ordinal: string,
): Relation {
  return { from: keyedSource, where: keyFilter, ordinal }
}

/** The rows of the table, which have no ordinal. */
export function tableRows({ target }: StagedPass): Relation {
  return { from: target.table, where: 'true', ordinal: '0' }
}
