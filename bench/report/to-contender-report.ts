import type { Trials } from '../run-trials.js'
import type { ContenderReport, Timeline } from './suite-report.js'

/** What every task tells of a trial, besides its measurements. */
export interface Verified {
  /** Rows that were read back and found right; null for a contender that writes none. */
  readonly verifiedRows: number | null
}

/**
 * Sums the trials of a contender up.
 *
 * @param picks - How each figure is taken from what a trial measured; undefined where this contender has none.
 * @param timelines - Of the trial that is to be shown.
 */
export function toContenderReport<Result extends Verified>(
  { contender, rows, results }: Trials<Result>,
  picks: Readonly<Record<string, (result: Result) => number | undefined>>,
  timelines?: readonly Timeline[],
): ContenderReport {
  const values = Object.entries(picks).map(([figure, pick]) => {
    return [figure, results.map(pick).filter((value) => value !== undefined)] as const
  })
  return {
    contender,
    rows,
    verifiedRows: results.map(({ verifiedRows }) => verifiedRows).filter((count) => count !== null),
    values: Object.fromEntries(values.filter(([, found]) => found.length > 0)),
    ...(timelines === undefined ? {} : { timelines }),
  }
}
