import { Misuse, type parseCompareArguments } from '../arguments.js'
import { compareReports } from './compare-reports.js'
import { describeMachines } from './describe-machines.js'
import { leastTrials } from './judge.js'
import { printChanges, printMissing, printRegressions } from './print-comparison.js'
import { readReport } from './read-report.js'

/**
 * Compares two reports of a suite, and prints what is faster and what is slower.
 *
 * @returns The exit code. 0: nothing of duckpaddle's is slower beyond the noise and the limit; 1: something is, or is
 * missing from the later report.
 * @throws Misuse if the two cannot be compared, or have too few trials to tell anything.
 */
export async function runCompare(options: ReturnType<typeof parseCompareArguments>): Promise<0 | 1> {
  const [before, after] = [await readReport(options.before), await readReport(options.after)]
  if (before.suite !== after.suite) {
    throw new Misuse(`Expected two reports of one suite, got ${before.suite} and ${after.suite}`)
  }
  const comparison = compareReports(before, after)
  const { changes, missingAfter } = comparison
  const ours = changes.filter(({ isOurs }) => isOurs)
  const regressions = ours.filter(
    ({ verdict, changePercent }) => verdict === 'slower' && Math.abs(changePercent) > options.limitPercent,
  )
  console.log(`before: ${before.command}, ${before.measuredAt}`)
  console.log(`after:  ${after.command}, ${after.measuredAt}\n`)
  printChanges(changes, options.isAll)
  for (const line of describeMachines(before, after, changes)) console.log(line)
  printMissing(comparison)
  printRegressions(regressions, options.limitPercent)
  if (regressions.length > 0 || missingAfter.some(({ isOurs }) => isOurs)) return 1
  if (ours.some(({ verdict }) => verdict !== 'unknown')) return 0
  // Otherwise it would pass whatever the figures were.
  throw new Misuse(`Expected a figure of duckpaddle with at least ${leastTrials} trials in both reports`)
}
