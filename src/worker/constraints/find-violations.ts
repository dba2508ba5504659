import { qualify, quoteIdentifier, tableIn } from '../../protocol/sql.js'
import type { Check, ForeignKey, NotNull } from '../catalog/table-metadata.js'
import { toColumnKey } from '../ingest/write-target.js'
import { keyNames, sameKey, selectKeys } from './key-sql.js'
import { isOfOwnTable, isOwnReference, isResolvedTogether } from './resolve-self-references.js'
import { selectBound } from './rewritten-rows.js'
import type { Numbered } from './row-outcomes.js'
import { acceptedRows, type StagedPass } from './staged-pass.js'

/** Rejects the rows that are bad whatever their keys are, and resolves to how many. */
export async function findViolations(pass: StagedPass): Promise<number> {
  const { outcomes, omitted, target } = pass
  const { notNulls, checks, foreignKeys, references } = outcomes
  // NULLs that were given were found when they were encoded, and what the server fills is none.
  const isFilled = ({
    constraint: {
      columns: [column = ''],
    },
  }: Numbered<NotNull>) =>
    omitted.inSome[target.columns.findIndex(({ name }) => name === column)] === true &&
    !target.metadata.given.has(column)
  const constraints = [...notNulls.filter(isFilled), ...checks]
  let rejected = 0
  if (constraints.length > 0) rejected += await addBroken(pass, constraints)
  // What a table's own rows refer to is then decided about with their keys.
  const isTogether = isResolvedTogether(pass)
  for (const { constraint, number } of foreignKeys) {
    if (isTogether && isOfOwnTable(pass, constraint)) continue
    for (;;) {
      const orphans = await outcomes.add('rejected', selectOrphans(pass, constraint), String(number))
      rejected += orphans
      // Where rows refer to rows of their own table, those that refer to a rejected one are next.
      if (orphans === 0 || !isOfOwnTable(pass, constraint)) break
    }
  }
  for (const { constraint, number } of references) {
    if (isTogether && isOwnReference(pass, constraint)) continue
    const bound = selectBound(pass, constraint)
    if (bound !== undefined) rejected += await outcomes.add('rejected', bound, String(number))
  }
  return rejected
}

/** The keys that a FOREIGN KEY may refer to, as far as they are in the table. */
export function selectParents({ target }: StagedPass, constraint: ForeignKey): string {
  // DuckDB has no FOREIGN KEY to another schema.
  const from = qualify(tableIn(target.ref, constraint.referencedTable))
  // A column has the type of the one that it refers to.
  const key = constraint.referencedColumns.map((name, index) =>
    toColumnKey(target.metadata, constraint.columns[index] ?? '', name),
  )
  return selectKeys({ from, where: 'true', ordinal: '0' }, key)
}

async function addBroken(
  pass: StagedPass,
  constraints: readonly Numbered<NotNull | Check>[],
): Promise<number> {
  try {
    return await pass.outcomes.add('rejected', selectBroken(pass, constraints, 'condition'), 'violated')
  } catch (error) {
    // The binder's violation, before anything was done: the transaction is none the worse for it.
    const isVolatile =
      error instanceof Error && error.message.includes('combination with a volatile function')
    if (!isVolatile) throw error
    return await pass.outcomes.add(
      'rejected',
      selectBroken(pass, constraints, 'volatileCondition'),
      'violated',
    )
  }
}

/** The rows that break a NOT NULL or CHECK constraint: `o`, and the first of the constraints that they break. */
function selectBroken(
  { staging, target }: StagedPass,
  constraints: readonly Numbered<NotNull | Check>[],
  condition: 'condition' | 'volatileCondition',
): string {
  const { from, ordinal } = staging.rows
  const cases = constraints.map(({ constraint, number }) => {
    const isBroken =
      constraint.code === 'check'
        ? `NOT ${constraint[condition]}`
        : `${quoteIdentifier(constraint.columns[0] ?? '')} IS NULL`
    return `WHEN ${isBroken} THEN ${number}`
  })
  // A CHECK may call its columns by the name of their table.
  const named = `${from} AS ${quoteIdentifier(target.ref.name)}`
  return `SELECT o, violated FROM (SELECT ${ordinal} AS o, CASE ${cases.join(' ')} END AS violated FROM ${named})
    WHERE violated IS NOT NULL`
}

/** The rows whose FOREIGN KEY has no NULL and refers neither to a row that is there nor to an earlier one: `o`. */
function selectOrphans(pass: StagedPass, constraint: ForeignKey): string {
  const key = constraint.columns.map((name) => toColumnKey(pass.target.metadata, name))
  const accepted = acceptedRows(pass)
  const children = selectKeys(accepted, key)
  // By distinct keys first, so that the rows of a large call are not each looked up.
  const missing = `(SELECT c.* FROM (SELECT DISTINCT ${keyNames(key)} FROM ${children}) c
    ANTI JOIN ${selectParents(pass, constraint)} p ON ${sameKey('c', 'p', key)})`
  const orphans = `SELECT f.o FROM ${children} f SEMI JOIN ${missing} m ON ${sameKey('f', 'm', key)}`
  if (!isOfOwnTable(pass, constraint)) return orphans
  const names = keyNames(key)
  const parents = constraint.referencedColumns.map((name) => toColumnKey(pass.target.metadata, name))
  const fresh = selectKeys(accepted, parents)
  const earlier = `(SELECT ${names}, min(o) AS first FROM ${fresh} GROUP BY ${names})`
  return `${orphans} ANTI JOIN ${earlier} e ON ${sameKey('f', 'e', key)} AND e.first < f.o`
}
