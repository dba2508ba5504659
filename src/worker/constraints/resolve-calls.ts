import type { DuckDBMaterializedResult } from '@duckdb/node-api'
import type { GroupedOutcome, GroupedRange } from '../../protocol/write-requests.js'
import type { Unique } from '../catalog/table-metadata.js'
import { appendOutcomes } from './append-outcomes.js'
import { applyPass } from './apply-pass.js'
import { findViolations } from './find-violations.js'
import { keyNames, sameKey, selectKeys } from './key-sql.js'
import { type Resolved, type ResolvedCall, resolveConflicts } from './resolve-conflicts.js'
import { toClaims } from './resolve-uniques.js'
import { type Claim, untouched } from './row-claims.js'
import { acceptedRows, keyedRows, type StagedPass, tableRows } from './staged-pass.js'

/** From so many rows on, JavaScript that is about them may need so much memory that the database has to be at rest. */
const manyRows = 20_000

/**
 * Gives the rows of several calls their outcomes, each as if its call came alone after those before it, and moves them
 * into the table accordingly. The table has no FOREIGN KEY to itself, and a `rowid` where more than one of its
 * constraints is unique.
 */
export async function resolveCalls(
  pass: StagedPass,
  calls: readonly GroupedRange[],
): Promise<readonly GroupedOutcome[]> {
  const { connection, outcomes, target } = pass
  const broken = (await findViolations(pass)) > 0 ? await readBroken(pass) : []
  const uniques: UniqueClaims[] = []
  for (const { constraint } of outcomes.uniques) {
    uniques.push(await readClaims(pass, constraint))
  }
  const claims = uniques.map((unique) => unique.claims)
  const hasKey = target.key !== undefined
  const resolve = () => resolveConflicts({ claims, hasKey, calls, broken })
  const rows = calls.reduce((sum, call) => sum + call.rows, 0)
  const resolved = rows < manyRows ? resolve() : await connection.compute(resolve)
  await record(pass, resolved)
  const updates = resolved.outcomes.filter(({ kind }) => kind === 'updates').length
  const hasRowIds = target.hasRowId && uniques[0]?.isUnique === true
  await applyPass({ ...pass, hasRowIds }, updates)
  return calls.map((call, index) => toOutcome(call, resolved.calls[index]))
}

interface UniqueClaims {
  readonly claims: readonly Claim[]
  /** Whether no two rows of the table have one value: of a key that has no index, others may have written any. */
  readonly isUnique: boolean
}

async function readClaims(pass: StagedPass, unique: Unique): Promise<UniqueClaims> {
  const result = await pass.connection.run(selectClaims(pass, unique))
  const read = () => ({ claims: toClaims(result), isUnique: areAllOne(result) })
  return result.rowCount < manyRows ? read() : pass.connection.compute(read)
}

/** `ordinal`, `value`, `holder` of each claim, as `row-claims.ts` has them, and how many rows of the table have the value. */
function selectClaims(pass: StagedPass, unique: Unique): string {
  const { target } = pass
  const constraint = unique.expressions
  const names = keyNames(constraint)
  // Of one constraint alone, a row of the table need not be told from the others.
  const holder = target.hasRowId ? 'rowid' : String(untouched)
  const rows = unique === target.key ? keyedRows(pass, holder) : { ...tableRows(pass), ordinal: holder }
  const old = selectKeys(rows, constraint)
  return `WITH fresh AS ${selectKeys(acceptedRows(pass), constraint)},
    groups AS (SELECT ${names}, min(o) AS first, count(*) AS n FROM fresh GROUP BY ${names}),
    holders AS (SELECT g.first, min(o.o) AS holder, count(*) AS n FROM ${old} o
      JOIN groups g ON ${sameKey('o', 'g', constraint)} GROUP BY g.first)
    SELECT f.o::DOUBLE, g.first::DOUBLE, h.holder::DOUBLE, h.n::DOUBLE
    FROM fresh f JOIN groups g ON ${sameKey('f', 'g', constraint)} LEFT JOIN holders h ON h.first = g.first
    WHERE g.n > 1 OR h.holder IS NOT NULL ORDER BY f.o ASC NULLS LAST`
}

function areAllOne(result: DuckDBMaterializedResult): boolean {
  for (let index = 0; index < result.chunkCount; index++) {
    const chunk = result.getChunk(index)
    const counts = chunk.getColumnVector(3)
    for (let row = 0; row < chunk.rowCount; row++) if (Number(counts.getItem(row) ?? 1) > 1) return false
  }
  return true
}

/** The rows that are rejected already. */
async function readBroken({ connection, outcomes }: StagedPass): Promise<readonly number[]> {
  const isRejected = outcomes.is('rejected', 'v')
  const result = await connection.run(
    `SELECT v.o::DOUBLE FROM ${outcomes.table} v WHERE ${isRejected} ORDER BY v.o ASC NULLS LAST`,
  )
  const columns = await result.getColumns()
  return (columns[0] ?? []).map(Number)
}

async function record({ connection, outcomes }: StagedPass, { outcomes: resolved }: Resolved): Promise<void> {
  if (resolved.length === 0) return
  const found = resolved.map(({ ordinal, kind, constraint, other, holder }) => ({
    ordinal,
    kind,
    constraint: constraint === undefined ? undefined : outcomes.uniques[constraint]?.number,
    other: other ?? holder,
  }))
  await appendOutcomes(connection, outcomes.ref, found)
}

const nothing: ResolvedCall = { updated: 0, ignored: 0, rejected: 0, isWithdrawn: false }

function toOutcome({ rows }: GroupedRange, resolved: ResolvedCall = nothing): GroupedOutcome {
  const { updated, ignored, rejected, isWithdrawn } = resolved
  const inserted = isWithdrawn ? 0 : rows - updated - ignored - rejected
  return { inserted, updated, ignored, rejected, isWithdrawn }
}
