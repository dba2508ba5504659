import type { Resolution } from '../../protocol/requests.js'
import { applyRound } from './apply-pass.js'
import { judgeRows } from './find-violations.js'
import { judgeKeys } from './resolve-key.js'
import type { StagedRound } from './staged-pass.js'

/** Gives the rows their verdicts, and moves them into the table accordingly. */
export async function resolveRound(round: StagedRound, isAllOrNothing: boolean): Promise<Resolution> {
  const [rows = 0] = await round.connection.readNumbers(`SELECT count(*)::DOUBLE FROM ${round.staging.table}`)
  const broken = await judgeRows(round)
  const { updates, updated, ignored, refused: taken } = await judgeKeys(round)
  const refused = broken + taken
  if (refused === 0 || !isAllOrNothing) await applyRound(round, updates)
  return { inserted: rows - refused - ignored - updated, updated, ignored, refused }
}
