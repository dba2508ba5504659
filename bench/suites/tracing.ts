import { medianFigure } from '../report/print-report.js'
import { median } from '../report/statistics.js'
import type { TestReport } from '../report/suite-report.js'
import type { Trials } from '../run-trials.js'
import { tracedFigures, tracedNames } from '../tasks/traced-calls.js'
import { figures, runTest, type SuitePlan } from './suite.js'

const { perSecond, untracedPerSecond, cpu, untracedCpu, times, check } = tracedFigures
const calls = {
  tracePersist: { what: '`persist([row])`, on a table without a key', mostCallers: 1000 },
  traceQuery: { what: '`query()` for one row', mostCallers: 100 },
}

/** What tracing costs calls: without subscribers, and with one to every event of every channel that only counts. */
export function traceCalls(
  task: keyof typeof calls,
): (name: string, size: number, plan: SuitePlan) => Promise<TestReport> {
  return (name, size, { trials, isQuick, seconds = isQuick ? 0.02 : 0.5 }) => {
    const { what, mostCallers } = calls[task]
    const callers = Math.min(mostCallers, Math.ceil(size / 10))
    const plan = {
      name,
      description:
        `${callers} callers that each await ${what}, again and again. In each process a copy of the build takes turns ` +
        'with it whose tracing is taken out: for the copy it is a constant that no channel has subscribers. A time is the ' +
        'median of 20 rounds of each, and how many times that of the copy it is, of 20 pairs of rounds. The last line is ' +
        'such a copy beside another: what it shows is the noise.',
      task,
      contenders: tracedNames,
      size: callers,
      trials,
      options: { seconds },
      figures: [
        ...figures('more', 'calls/s', 0, perSecond),
        ...figures('neither', 'calls/s', 0, untracedPerSecond),
        ...figures('less', 'µs', 2, cpu),
        ...figures('neither', 'µs', 2, untracedCpu),
        ...figures('less', '', 3, times),
      ],
    } as const
    return runTest(plan, remarks)
  }
}

function remarks(report: TestReport, all: readonly Trials[]): string[] {
  const [without] = tracedNames
  const nanos = median(all.flatMap(({ results }) => results.flatMap(({ values }) => values[check] ?? [])))
  const percent = nanos / 10 / medianFigure(report, without, cpu)
  return [
    `To find that a channel has no subscribers takes ${nanos.toFixed(1)} ns, ${percent.toFixed(3)} % of the CPU of a call`,
  ]
}
