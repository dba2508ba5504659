import type { Unique } from '../catalog/table-metadata.js'
import { sameKey, selectConflicts, selectKeys, selectSuperseded } from './key-sql.js'
import { isResolvedTogether, resolveSelfReferences } from './resolve-self-references.js'
import { resolveUniques } from './resolve-uniques.js'
import type { KeyOutcomes, Numbered } from './row-outcomes.js'
import { acceptedRows, keyedRows, type StagedPass, tableRows } from './staged-pass.js'

const noOutcomes: KeyOutcomes = { rejected: 0, ignored: 0, updates: 0, updated: 0 }

/** Gives an outcome to the rows that have a key, or another unique value, that an earlier row has. */
export async function resolveKeys(pass: StagedPass): Promise<KeyOutcomes> {
  const { uniques } = pass.outcomes
  if (isResolvedTogether(pass)) return resolveSelfReferences(pass)
  const [unique] = uniques
  if (unique === undefined) return noOutcomes
  return uniques.length > 1 ? resolveUniques(pass) : resolveKey(pass, unique)
}

async function resolveKey(pass: StagedPass, { constraint, number }: Numbered<Unique>): Promise<KeyOutcomes> {
  const { outcomes } = pass
  const { onConflict } = pass.target
  const key = constraint.expressions
  const fresh = selectKeys(acceptedRows(pass), key)
  const old = selectKeys(constraint === pass.target.key ? keyedRows(pass, '0') : tableRows(pass), key)
  if (onConflict !== 'update') {
    const kind = onConflict === 'error' ? 'rejected' : 'ignored'
    const count = await outcomes.add(kind, selectConflicts(fresh, old, key), String(number), 'other')
    return { ...noOutcomes, [kind]: count }
  }
  const superseded = await outcomes.add('superseded', selectSuperseded(fresh, key))
  // The same SQL, but what is superseded is not among the accepted rows any more.
  const updating = `SELECT f.o FROM ${fresh} f SEMI JOIN ${old} o ON ${sameKey('f', 'o', key)}`
  const updates = await outcomes.add('updates', updating)
  return { ...noOutcomes, updates, updated: superseded + updates }
}
