import { foldName } from '../../protocol/sql.js'
import type { ForeignKey, Reference } from '../catalog/table-metadata.js'
import { appendVerdicts } from './append-outcomes.js'
import { readOwnTable, toOwnReference } from './read-self-references.js'
import type { KeyVerdicts, Numbered } from './row-outcomes.js'
import { OwnReferee, type OwnRule } from './self-reference-resolver.js'
import type { StagedRound } from './staged-pass.js'

/** True where the rows of a table refer to rows of the same table. */
export function isOfOwnTable({ target }: StagedRound, { referencedTable }: ForeignKey): boolean {
  return foldName(referencedTable) === foldName(target.name)
}

/** True for a FOREIGN KEY of the table itself. */
export function isOwnReference({ target }: StagedRound, { referringTable }: Reference): boolean {
  return foldName(referringTable) === foldName(target.name)
}

/**
 * True where the references between the rows of the table itself, and its keys, must be decided about together: whether
 * a row is refused for the one tells whether another may refer to it.
 */
export function isJudgedTogether(round: StagedRound): boolean {
  const { verdicts, target } = round
  if (!verdicts.foreignKeys.some(({ rule }) => isOfOwnTable(round, rule))) return false
  return verdicts.uniques.length > 1 || (target.onConflict === 'update' && target.key !== undefined)
}

/** Gives all rows of a table that refers to itself their verdicts, as far as those are about keys and such references. */
export async function judgeOwnRows(round: StagedRound): Promise<KeyVerdicts> {
  const { verdicts, target, connection } = round
  const uniques = verdicts.uniques.map(({ rule }) => rule)
  const foreignKeys = verdicts.foreignKeys.filter(({ rule }) => isOfOwnTable(round, rule))
  const references = foreignKeys.map(({ rule }) => toOwnReference(round, rule, uniques))
  const { rows, table } = await readOwnTable(round, uniques, references)
  const referee = new OwnReferee(table, target.key !== undefined, target.onConflict)
  await connection.compute(() => referee.judge(rows))
  const toNumber = (rule: OwnRule) => {
    if (rule.kind === 'unique') return verdicts.uniques[rule.index]?.number
    const foreignKey = foreignKeys[rule.index]
    if (rule.kind === 'orphan') return foreignKey?.number
    return foreignKey === undefined ? undefined : findReference(round, foreignKey)?.number
  }
  const found = referee.judgements.map((judgement) => {
    if (judgement.kind !== 'refused') return judgement
    const { ordinal, kind, rule } = judgement
    return { ordinal, kind, rule: toNumber(rule), other: rule.kind === 'unique' ? rule.other : undefined }
  })
  if (found.length > 0) await appendVerdicts(connection, found)
  const count = (kind: string) => found.filter((judgement) => judgement.kind === kind).length
  return {
    refused: count('refused'),
    ignored: count('ignored'),
    updates: count('updates'),
    updated: referee.updated,
  }
}

/** The same FOREIGN KEY as the rows see it that are referred to. */
function findReference(round: StagedRound, { rule }: Numbered<ForeignKey>): Numbered<Reference> | undefined {
  const { references } = round.verdicts
  return references.find(
    (other) =>
      isOwnReference(round, other.rule) && other.rule.referringColumns.join() === rule.columns.join(),
  )
}
