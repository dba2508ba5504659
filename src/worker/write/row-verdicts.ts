import { quoteIdentifier } from '../../protocol/column-type.js'
import type { Check, ForeignKey, NotNull } from '../catalog/table-shape.js'
import { keyNames, type Relation, sameKey, selectKeys } from './key-sql.js'

/** A rule, and where it stands among all rules of the transaction. */
export interface Numbered<Rule> {
  readonly rule: Rule
  readonly number: number
}

/**
 * The rows that break a NOT NULL or CHECK constraint: `o`, and the first of the rules that they break.
 *
 * A CHECK holds where it is NULL. One whose evaluation fails, as a cast may, does not hold.
 */
export function selectBroken(rows: Relation, rules: readonly Numbered<NotNull | Check>[]): string {
  const cases = rules.map(({ rule, number }) => `WHEN ${isBroken(rule)} THEN ${number}`)
  const numbered = `SELECT ${rows.ordinal} AS o, CASE ${cases.join(' ')} END AS rule FROM ${rows.from} WHERE ${rows.where}`
  return `SELECT o, rule FROM (${numbered}) WHERE rule IS NOT NULL`
}

/** The rows whose FOREIGN KEY has no NULL and refers to nothing: `o`, and the rule. */
export function selectOrphans(rows: Relation, { rule, number }: Numbered<ForeignKey>): string {
  const key = rule.columns.map(quoteIdentifier)
  const referenced = {
    from: `main.${quoteIdentifier(rule.referencedTable)}`,
    where: 'true',
    ordinal: '0',
  }
  const parents = selectKeys(referenced, rule.referencedColumns.map(quoteIdentifier))
  // Distinct, so that the rows of a large call are not each looked up.
  const children = `(SELECT DISTINCT ${keyNames(key)} FROM ${selectKeys(rows, key)})`
  const missing = `(SELECT c.* FROM ${children} c ANTI JOIN ${parents} p ON ${sameKey('c', 'p', key)})`
  return `SELECT f.o, ${number} AS rule FROM ${selectKeys(rows, key)} f JOIN ${missing} m ON ${sameKey('f', 'm', key)}`
}

function isBroken(rule: NotNull | Check): string {
  if (rule.code === 'check') {
    return `NOT coalesce(TRY(coalesce((${rule.expression})::BOOLEAN, true)), false)`
  }
  return `${quoteIdentifier(rule.columns[0] ?? '')} IS NULL`
}
