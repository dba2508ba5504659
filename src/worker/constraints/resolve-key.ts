import type { Unique } from '../catalog/table-metadata.js'
import { sameKey, selectConflicts, selectKeys, selectSuperseded } from './key-sql.js'
import { isJudgedTogether, judgeOwnRows } from './resolve-self-references.js'
import { judgeUniques } from './resolve-uniques.js'
import type { KeyVerdicts, Numbered } from './row-outcomes.js'
import { acceptedRows, type StagedRound, tableRows } from './staged-pass.js'

const noVerdicts: KeyVerdicts = { refused: 0, ignored: 0, updates: 0, updated: 0 }

/** Gives a verdict to the rows that have a key, or another unique value, that an earlier row has. */
export async function judgeKeys(round: StagedRound): Promise<KeyVerdicts> {
  const { uniques } = round.verdicts
  if (isJudgedTogether(round)) return judgeOwnRows(round)
  const [unique] = uniques
  if (unique === undefined) return noVerdicts
  return uniques.length > 1 ? judgeUniques(round) : judgeKey(round, unique)
}

async function judgeKey(round: StagedRound, { rule, number }: Numbered<Unique>): Promise<KeyVerdicts> {
  const { verdicts } = round
  const { onConflict } = round.target
  const key = rule.expressions
  const fresh = selectKeys(acceptedRows(round), key)
  const old = selectKeys(tableRows(round), key)
  if (onConflict !== 'update') {
    const kind = onConflict === 'error' ? 'refused' : 'ignored'
    const count = await verdicts.add(kind, selectConflicts(fresh, old, key), String(number), 'other')
    return { ...noVerdicts, [kind]: count }
  }
  const superseded = await verdicts.add('superseded', selectSuperseded(fresh, key))
  // The same SQL, but what is superseded is not among the accepted rows any more.
  const updating = `SELECT f.o FROM ${fresh} f SEMI JOIN ${old} o ON ${sameKey('f', 'o', key)}`
  const updates = await verdicts.add('updates', updating)
  return { ...noVerdicts, updates, updated: superseded + updates }
}
