import { Misuse } from '../arguments.js'
import { remoteNames } from '../contenders/remote.js'
import { hasRemoteEngines, type RemoteEngine, remoteEngines } from '../contenders/remote-engines.js'
import { medianFigure } from '../report/print-report.js'
import type { TestReport } from '../report/suite-report.js'
import { runTrials } from '../run-trials.js'
import { callFigures } from '../tasks/calls.js'
import { byCallers, callerFigures, nameOfCallers } from './by-callers.js'
import { runTest, type Suite, type SuitePlan, toTest } from './suite.js'

/** Catalogs of other engines, beside a plain INSERT for each row in the same engine. */
export const remote: Suite = {
  defaults: { sizes: [100_000], shapes: ['event'] },
  quick: { sizes: [500], shapes: ['event'] },
  run,
}

const insertNote =
  'INSERT per row: a prepared statement by node-api on the same engine, each of them a commit.'

async function* run(plan: SuitePlan): AsyncGenerator<TestReport> {
  if (!hasRemoteEngines()) {
    throw new Misuse('The suite remote needs the DuckDB that there are extensions for: npm run bench:remote')
  }
  const tests = Object.keys(remoteEngines).flatMap((engine) => [
    { name: `bulk, ${engine}`, test: bulk, engine: engine as RemoteEngine },
    { name: `small, ${engine}`, test: small, engine: engine as RemoteEngine },
  ])
  const asked = tests.filter(({ name }) => name.includes(plan.only))
  if (asked.length === 0) {
    const names = tests.map(({ name }) => name).join('; ')
    throw new Misuse(`Expected --only to be part of one of ${names}, got ${JSON.stringify(plan.only)}`)
  }
  for (const size of plan.sizes) {
    for (const { name, test, engine } of asked) yield await test(name, engine, size, plan)
  }
}

function bulk(name: string, engine: RemoteEngine, size: number, plan: SuitePlan): Promise<TestReport> {
  const contenders = remoteNames(engine)
  const relativeTo = [contenders[1]]
  return runTest({
    name,
    description: `Event rows of an array by one call. ${insertNote}`,
    task: 'writeRows',
    contenders,
    size,
    trials: plan.trials,
    figures: [{ name: 'rows per second', unit: 'rows/s', better: 'more', digits: 0, relativeTo }],
  })
}

async function small(
  name: string,
  engine: RemoteEngine,
  size: number,
  { trials, isQuick, seconds = isQuick ? 0.02 : 1 }: SuitePlan,
): Promise<TestReport> {
  const [ours, insert] = remoteNames(engine)
  // So many that 1,000 callers call.
  const rows = Math.min(size, 10_000)
  const all = await runTrials('callNew', [ours, insert], rows, trials, { shape: 'reading', seconds })
  const description = `Callers that each await their call of one row, again and again. ${insertNote} One connection, so one caller.`
  const [perSecond] = callFigures
  return toTest(
    { name, description, size: rows, trials, figures: callerFigures() },
    all.flatMap(byCallers),
    (report) => {
      const callsOf = (contender: string, callers: number) =>
        medianFigure(report, nameOfCallers(contender, callers), perSecond)
      return [1, 100, 1000].flatMap((callers) => {
        const times = callsOf(ours, callers) / callsOf(insert, 1)
        // Of few rows there are not so many callers.
        if (Number.isNaN(times)) return []
        return [
          `${nameOfCallers(ours, callers)}: ${times.toFixed(1)} times the calls per second of ${insert}`,
        ]
      })
    },
  )
}
