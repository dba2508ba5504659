import type { TestReport } from '../../report/suite-report.js'
import type { Suite, SuitePlan } from '../suite.js'
import { load } from './load.js'
import { rounds } from './rounds.js'
import { upsert } from './upsert.js'
import { upsertCharts } from './upsert-charts.js'

/**
 * What it costs to keep keys unique: rows that are new, rows that are there, and the same rows again and again.
 *
 * Of several sizes, the smallest has all the contenders and the larger ones the main ones: those that scan their table
 * take most of the time, and tell nothing new. One size of 1,000,000 has everything at full length.
 */
export const conflicts: Suite = {
  defaults: { sizes: [100_000, 300_000], shapes: [] },
  quick: { sizes: [1500], shapes: [] },
  run,
  charts: upsertCharts,
}

async function* run({ sizes, trials }: SuitePlan): AsyncGenerator<TestReport> {
  const smallest = Math.min(...sizes)
  for (const size of sizes) yield await load(size, trials)
  for (const size of sizes) yield await upsert(size, trials, { hasAllContenders: size === smallest })
  yield await rounds(smallest, trials)
}
