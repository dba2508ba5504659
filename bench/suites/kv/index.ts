import type { TestReport } from '../../report/suite-report.js'
import type { Suite, SuitePlan } from '../suite.js'
import { change } from './change.js'
import { rounds } from './rounds.js'
import { save } from './save.js'
import { saveCharts } from './save-charts.js'
import { setAlone } from './set-alone.js'
import { setTogether } from './set-together.js'

/** A store of keys and JSON values: new records, changed ones, records that are committed each, and a long run. */
export const kv: Suite = {
  defaults: { sizes: [1000, 100_000], shapes: [] },
  quick: { sizes: [300], shapes: [] },
  run,
  charts: saveCharts,
}

/** And ten times that: a store of more than 1,000,000 would be mostly time to fill it. */
const largestChanged = 100_000

async function* run({ sizes, trials, isQuick }: SuitePlan): AsyncGenerator<TestReport> {
  const largest = Math.max(...sizes)
  for (const size of sizes) yield await save(size, trials)
  const changed = Math.min(largest, largestChanged)
  yield* change(isQuick ? [changed] : [changed, 10 * changed], trials)
  yield await setTogether(largest, trials)
  yield await setAlone(largest, trials)
  yield await rounds(largest, trials)
}
