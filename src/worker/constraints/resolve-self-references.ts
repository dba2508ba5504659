import { foldName } from '../../protocol/sql.js'
import type { ForeignKey, Reference } from '../catalog/table-metadata.js'
import { appendOutcomes } from './append-outcomes.js'
import { readOwnTable, toOwnReference } from './read-self-references.js'
import type { KeyOutcomes, Numbered } from './row-outcomes.js'
import { type SelfReferenceConstraint, SelfReferenceResolver } from './self-reference-resolver.js'
import type { StagedPass } from './staged-pass.js'

/** True where the rows of a table refer to rows of the same table. */
export function isOfOwnTable({ target }: StagedPass, { referencedTable }: ForeignKey): boolean {
  return foldName(referencedTable) === foldName(target.ref.name)
}

/** True for a FOREIGN KEY of the table itself. */
export function isOwnReference({ target }: StagedPass, { referringTable }: Reference): boolean {
  return foldName(referringTable) === foldName(target.ref.name)
}

/**
 * True where the references between the rows of the table itself, and its keys, must be decided about together: whether
 * a row is rejected for the one decides whether another may refer to it.
 */
export function isResolvedTogether(pass: StagedPass): boolean {
  const { outcomes, target } = pass
  if (!outcomes.foreignKeys.some(({ constraint }) => isOfOwnTable(pass, constraint))) return false
  return outcomes.uniques.length > 1 || (target.onConflict === 'update' && target.key !== undefined)
}

/** Gives all rows of a table that refers to itself their outcomes, as far as those are about keys and such references. */
export async function resolveSelfReferences(pass: StagedPass): Promise<KeyOutcomes> {
  const { outcomes, target, connection } = pass
  const uniques = outcomes.uniques.map(({ constraint }) => constraint)
  const foreignKeys = outcomes.foreignKeys.filter(({ constraint }) => isOfOwnTable(pass, constraint))
  const references = foreignKeys.map(({ constraint }) => toOwnReference(pass, constraint, uniques))
  const { rows, table } = await readOwnTable(pass, uniques, references)
  const resolver = new SelfReferenceResolver(table, target.key !== undefined, target.onConflict)
  await connection.compute(() => resolver.resolve(rows))
  const toNumber = (constraint: SelfReferenceConstraint) => {
    if (constraint.kind === 'unique') return outcomes.uniques[constraint.index]?.number
    const foreignKey = foreignKeys[constraint.index]
    if (constraint.kind === 'orphan') return foreignKey?.number
    return foreignKey === undefined ? undefined : findReference(pass, foreignKey)?.number
  }
  const found = resolver.outcomes.map((outcome) => {
    if (outcome.kind !== 'rejected') return outcome
    const { ordinal, kind, constraint } = outcome
    return {
      ordinal,
      kind,
      constraint: toNumber(constraint),
      other: constraint.kind === 'unique' ? constraint.other : undefined,
    }
  })
  if (found.length > 0) await appendOutcomes(connection, outcomes.ref, found)
  const count = (kind: string) => found.filter((outcome) => outcome.kind === kind).length
  return {
    rejected: count('rejected'),
    ignored: count('ignored'),
    updates: count('updates'),
    updated: resolver.updated,
  }
}

/** The same FOREIGN KEY as the rows see it that are referred to. */
function findReference(
  pass: StagedPass,
  { constraint }: Numbered<ForeignKey>,
): Numbered<Reference> | undefined {
  const { references } = pass.outcomes
  return references.find(
    (other) =>
      isOwnReference(pass, other.constraint) &&
      other.constraint.referringColumns.join() === constraint.columns.join(),
  )
}
