import type { CallOutcome } from '../../protocol/write-requests.js'
import { applyPass } from './apply-pass.js'
import { findViolations } from './find-violations.js'
import { resolveKeys } from './resolve-key.js'
import type { StagedPass } from './staged-pass.js'

/** Gives the rows their outcomes, and moves them into the table accordingly. */
export async function resolvePass(pass: StagedPass, isAllOrNothing: boolean): Promise<CallOutcome> {
  const [rows = 0] = await pass.connection.readNumbers(`SELECT count(*)::DOUBLE FROM ${pass.staging.table}`)
  const broken = await findViolations(pass)
  const { updates, updated, ignored, rejected: taken } = await resolveKeys(pass)
  const rejected = broken + taken
  if (rejected === 0 || !isAllOrNothing) await applyPass(pass, updates)
  return { inserted: rows - rejected - ignored - updated, updated, ignored, rejected }
}
