import { describeMachine } from '../report/machine.js'
import type { SuiteReport } from '../report/suite-report.js'

/**
 * Where, when and how the figures of a chart were measured: without it they mean nothing.
 *
 * @param trials - What of several trials is shown.
 */
export function caption({ machine, measuredAt, command }: SuiteReport, trials: string): string[] {
  return [`${describeMachine(machine)}; ${measuredAt.slice(0, 10)}`, `${command}; ${trials}`]
}

/** For figures whose least and most are shown. */
export function mediansOf(trials: number): string {
  return trials > 1 ? `medians of ${trials} trials, and the least to the most` : 'one trial'
}

/** For what is shown of one trial, beside figures of all. */
export function oneOf(trials: number): string {
  return trials > 1 ? `medians of ${trials} trials; pictured: the trial of the median time` : 'one trial'
}
