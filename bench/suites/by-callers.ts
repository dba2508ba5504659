import type { FigureDefinition } from '../report/suite-report.js'
import type { Trials } from '../run-trials.js'
import { callerCounts, callFigures } from '../tasks/calls.js'
import { figures } from './suite.js'

const [perSecond, ...latencies] = callFigures

/** What is shown of callers. */
export function callerFigures(): readonly FigureDefinition[] {
  return [...figures('more', 'calls/s', 0, perSecond), ...figures('less', 'ms', 2, ...latencies)]
}

/** Each number of callers as a contender of its own. */
export function byCallers({ contender, rows, results }: Trials): Trials[] {
  const counts = callerCounts(rows).slice(0, results[0]?.series?.[perSecond]?.length)
  return counts.map((callers, at) => ({
    contender: nameOfCallers(contender, callers),
    rows,
    results: results.map(({ verifiedRows, series }) => {
      const values = callFigures.map((name) => [name, series?.[name]?.[at] ?? undefined] as const)
      return { verifiedRows, values: Object.fromEntries(values) }
    }),
  }))
}

export function nameOfCallers(contender: string, callers: number): string {
  return `${contender}, ${callers} caller${callers === 1 ? '' : 's'}`
}
