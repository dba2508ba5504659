import { qualify, quoteIdentifier } from '../../protocol/sql.js'
import type { Check, ForeignKey, NotNull } from '../catalog/table-metadata.js'
import { toColumnKey } from '../write/write-target.js'
import { keyNames, sameKey, selectKeys } from './key-sql.js'
import { isJudgedTogether, isOfOwnTable, isOwnReference } from './resolve-self-references.js'
import { selectBound } from './rewritten-rows.js'
import type { Numbered } from './row-outcomes.js'
import { acceptedRows, type StagedRound } from './staged-pass.js'

/** Refuses the rows that are bad whatever their keys are, and resolves to how many. */
export async function judgeRows(round: StagedRound): Promise<number> {
  const { verdicts, absence, target } = round
  const { notNulls, checks, foreignKeys, references } = verdicts
  // NULLs that were given were found when they were encoded.
  const isFilled = ({ rule }: Numbered<NotNull>) =>
    absence.inSome[target.columns.findIndex(({ name }) => name === rule.columns[0])] === true
  const rules = [...notNulls.filter(isFilled), ...checks]
  let refused = 0
  if (rules.length > 0) refused += await refuseBroken(round, rules)
  // What a table's own rows refer to is then decided about with their keys.
  const isTogether = isJudgedTogether(round)
  for (const { rule, number } of foreignKeys) {
    if (isTogether && isOfOwnTable(round, rule)) continue
    for (;;) {
      const orphans = await verdicts.add('refused', selectOrphans(round, rule), String(number))
      refused += orphans
      // Where rows refer to rows of their own table, those that refer to a refused one are next.
      if (orphans === 0 || !isOfOwnTable(round, rule)) break
    }
  }
  for (const { rule, number } of references) {
    if (isTogether && isOwnReference(round, rule)) continue
    const bound = selectBound(round, rule)
    if (bound !== undefined) refused += await verdicts.add('refused', bound, String(number))
  }
  return refused
}

/** The keys that a FOREIGN KEY may refer to, as far as they are in the table. */
export function selectParents({ target }: StagedRound, rule: ForeignKey): string {
  // DuckDB has no FOREIGN KEY to another schema.
  const from = qualify(target.place, rule.referencedTable)
  // A column has the type of the one that it refers to.
  const key = rule.referencedColumns.map((name, index) =>
    toColumnKey(target.shape, rule.columns[index] ?? '', name),
  )
  return selectKeys({ from, where: 'true', ordinal: '0' }, key)
}

async function refuseBroken(
  round: StagedRound,
  rules: readonly Numbered<NotNull | Check>[],
): Promise<number> {
  try {
    return await round.verdicts.add('refused', selectBroken(round, rules, 'condition'), 'rule')
  } catch (error) {
    // The binder's refusal, before anything was done: the transaction is none the worse for it.
    const isVolatile =
      error instanceof Error && error.message.includes('combination with a volatile function')
    if (!isVolatile) throw error
    return await round.verdicts.add('refused', selectBroken(round, rules, 'volatileCondition'), 'rule')
  }
}

/** The rows that break a NOT NULL or CHECK constraint: `o`, and the first of the rules that they break. */
function selectBroken(
  { staging, target }: StagedRound,
  rules: readonly Numbered<NotNull | Check>[],
  condition: 'condition' | 'volatileCondition',
): string {
  const { from, ordinal } = staging.rows
  const cases = rules.map(({ rule, number }) => {
    const isBroken =
      rule.code === 'check' ? `NOT ${rule[condition]}` : `${quoteIdentifier(rule.columns[0] ?? '')} IS NULL`
    return `WHEN ${isBroken} THEN ${number}`
  })
  // A CHECK may call its columns by the name of their table.
  const named = `${from} AS ${quoteIdentifier(target.name)}`
  return `SELECT o, rule FROM (SELECT ${ordinal} AS o, CASE ${cases.join(' ')} END AS rule FROM ${named})
    WHERE rule IS NOT NULL`
}

/** The rows whose FOREIGN KEY has no NULL and refers neither to a row that is there nor to an earlier one: `o`. */
function selectOrphans(round: StagedRound, rule: ForeignKey): string {
  const key = rule.columns.map((name) => toColumnKey(round.target.shape, name))
  const accepted = acceptedRows(round)
  const children = selectKeys(accepted, key)
  // By distinct keys first, so that the rows of a large call are not each looked up.
  const missing = `(SELECT c.* FROM (SELECT DISTINCT ${keyNames(key)} FROM ${children}) c
    ANTI JOIN ${selectParents(round, rule)} p ON ${sameKey('c', 'p', key)})`
  const orphans = `SELECT f.o FROM ${children} f SEMI JOIN ${missing} m ON ${sameKey('f', 'm', key)}`
  if (!isOfOwnTable(round, rule)) return orphans
  const names = keyNames(key)
  const parents = rule.referencedColumns.map((name) => toColumnKey(round.target.shape, name))
  const fresh = selectKeys(accepted, parents)
  const earlier = `(SELECT ${names}, min(o) AS first FROM ${fresh} GROUP BY ${names})`
  return `${orphans} ANTI JOIN ${earlier} e ON ${sameKey('f', 'e', key)} AND e.first < f.o`
}
