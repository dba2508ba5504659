import { Misuse } from '../arguments.js'
import { remoteKeyedNames, remoteNames } from '../contenders/remote.js'
import {
  hasRemoteEngines,
  plainEngines,
  type RemoteEngine,
  remoteEngines,
} from '../contenders/remote-engines.js'
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
    { name: `new keys, ${engine}`, test: newKeys, engine: engine as RemoteEngine },
    { name: `existing keys, ${engine}`, test: existingKeys, engine: engine as RemoteEngine },
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
    ...(plainEngines.has(engine) ? { options: { shape: 'plain-event' } } : {}),
    contenders,
    size,
    trials: plan.trials,
    figures: [{ name: 'rows per second', unit: 'rows/s', better: 'more', digits: 0, relativeTo }],
  })
}

function small(name: string, engine: RemoteEngine, size: number, plan: SuitePlan): Promise<TestReport> {
  const description = `${callers} ${insertNote} One connection, so one caller.`
  return compareCalls({ name, description }, 'callNew', remoteNames(engine), size, plan)
}

const callers = 'Callers that each await their call of one row, again and again.'
const upsertNote =
  'upsert per row: one statement for each by node-api on the same engine, INSERT ... ON CONFLICT on a PRIMARY KEY, or MERGE, ' +
  'or what else the engine has, each of them a commit. One connection, so one caller. The table has as many rows before.'

function newKeys(name: string, engine: RemoteEngine, size: number, plan: SuitePlan): Promise<TestReport> {
  const description = `${callers} Each has a new key. ${upsertNote}`
  return compareCalls({ name, description }, 'callNew', remoteKeyedNames(engine), size, plan)
}

function existingKeys(
  name: string,
  engine: RemoteEngine,
  size: number,
  plan: SuitePlan,
): Promise<TestReport> {
  const description = `${callers} Rows that are there get new values, by onConflict: 'update'. ${upsertNote}`
  return compareCalls({ name, description }, 'callExisting', remoteKeyedNames(engine), size, plan)
}

async function compareCalls(
  test: Pick<TestReport, 'name' | 'description'>,
  task: 'callNew' | 'callExisting',
  [ours, other]: readonly [string, string],
  size: number,
  { trials, isQuick, seconds = isQuick ? 0.02 : 1 }: SuitePlan,
): Promise<TestReport> {
  // So many that 1,000 callers call.
  const rows = Math.min(size, 10_000)
  const all = await runTrials(task, [ours, other], rows, trials, { shape: 'reading', seconds })
  const [perSecond] = callFigures
  return toTest(
    { ...test, size: rows, trials, figures: callerFigures() },
    all.flatMap(byCallers),
    (report) => {
      const callsOf = (contender: string, callers: number) =>
        medianFigure(report, nameOfCallers(contender, callers), perSecond)
      return [1, 100, 1000].flatMap((callers) => {
        const times = callsOf(ours, callers) / callsOf(other, 1)
        // Of few rows there are not so many callers.
        if (Number.isNaN(times)) return []
        return [`${nameOfCallers(ours, callers)}: ${times.toFixed(1)} times the calls per second of ${other}`]
      })
    },
  )
}
