import { columnCases, findColumnCase } from '../encode/column-cases.js'
import { median } from '../report/statistics.js'
import { runTrials, type Trials } from '../run-trials.js'
import { figures, type Suite, type TestPlan, toTest } from './suite.js'

const names = columnCases.map(({ name }) => name)
const quickNames = ['BOOLEAN', 'BIGINT from bigint', 'DOUBLE', 'VARCHAR, 20 ASCII', 'JSON, 140 bytes'].concat(
  ['TIMESTAMP from Date', 'UUID', 'NULL'],
)

/** What it costs the event loop to encode a value of each column type. */
export const encode: Suite = {
  defaults: { sizes: [10_000], shapes: [] },
  quick: { sizes: [1000], shapes: [] },
  async *run({ sizes, trials, isQuick }) {
    const contenders = isQuick ? quickNames : names
    for (const size of sizes) {
      const plan = planOf(contenders, size, trials)
      const all = await runTrials(plan.task, contenders, size, trials)
      yield toTest(plan, all.flatMap(withBaseline), () => all.flatMap(remark))
    }
  },
}

function planOf(contenders: readonly string[], size: number, trials: number): TestPlan {
  return {
    name: 'encode a column',
    description:
      'Rows of one column are encoded into batches, again and again; each trial is the median round, in a process ' +
      "of each type's own. Then the rows are encoded once more, appended to DuckDB and read back.",
    task: 'encodeColumn',
    contenders,
    size,
    trials,
    figures: [...figures('less', 'ns', 1, 'time per value'), ...figures('less', '', 2, 'times baseline')],
  }
}

/** And the same values without the encoder, as a contender of its own. */
function withBaseline(found: Trials): Trials[] {
  const { baseline } = findColumnCase(found.contender)
  if (baseline === undefined) return [found]
  const results = found.results.map(({ values }) => {
    return { verifiedRows: null, values: { 'time per value': values.baseline } }
  })
  return [found, { ...found, contender: `${found.contender}: ${baseline.name}`, results }]
}

function remark({ contender, results }: Trials): string[] {
  const { baseline } = findColumnCase(contender)
  const times = median(results.flatMap(({ values }) => values['times baseline'] ?? []))
  return baseline === undefined
    ? []
    : [`${contender}: ${times.toFixed(2)} times the time of ${baseline.name}`]
}
