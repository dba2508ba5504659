import { parseArgs } from 'node:util'
import { Misuse } from '../misuse.js'
import { type Change, type Comparison, compareReports } from './compare-reports.js'
import { describeMachines } from './describe-machines.js'
import { leastTrials } from './judge.js'
import { printChanges, printMissing, printRegressions } from './print-comparison.js'
import { type ComparableReport, readReport } from './read-report.js'

const usage = 'npm run bench -- compare BEFORE.json AFTER.json [--limit 10] [--all]'

interface CompareOptions {
  readonly paths: readonly [before: string, after: string]
  /** How much slower duckpaddle may be. */
  readonly limitPercent: number
  /** Figures within the noise are printed as well. */
  readonly isAll: boolean
}

/**
 * Compares two reports of a suite, and prints what is faster and what is slower.
 *
 * @param args - What follows `compare` on the command line.
 * @returns The exit code. 0: nothing of duckpaddle's is slower beyond the noise and the limit; 1: something is, or is
 * missing from the later report; 2: the two cannot be compared, or have too few trials to tell anything.
 */
export async function runCompare(args: readonly string[]): Promise<number> {
  try {
    const { paths, limitPercent, isAll } = parseOptions(args)
    const before = await readReport(paths[0])
    const after = await readReport(paths[1])
    if (before.suite !== after.suite) {
      throw new Misuse(`Expected two reports of one suite, got ${before.suite} and ${after.suite}`)
    }
    const comparison = compareReports(before, after)
    const regressions = comparison.changes.filter((change) => isRegression(change, limitPercent))
    printHeader(before, after)
    printChanges(comparison.changes, isAll)
    for (const line of describeMachines(before, after, comparison.changes)) console.log(line)
    printMissing(comparison)
    printRegressions(regressions, limitPercent)
    return toExitCode(comparison, regressions)
  } catch (error) {
    if (!(error instanceof Misuse)) throw error
    console.error(error.message)
    return 2
  }
}

function isRegression({ isOurs, verdict, changePercent }: Change, limitPercent: number): boolean {
  return isOurs && verdict === 'slower' && Math.abs(changePercent) > limitPercent
}

function toExitCode({ changes, missingAfter }: Comparison, regressions: readonly Change[]): number {
  if (regressions.length > 0 || missingAfter.some(({ isOurs }) => isOurs)) return 1
  if (changes.some(({ isOurs, verdict }) => isOurs && verdict !== 'unknown')) return 0
  // Otherwise it would pass whatever the figures were.
  throw new Misuse(`Expected a figure of duckpaddle with at least ${leastTrials} trials in both reports`)
}

function printHeader(before: ComparableReport, after: ComparableReport): void {
  console.log(`before: ${before.command}, ${before.measuredAt}`)
  console.log(`after:  ${after.command}, ${after.measuredAt}\n`)
}

function parseOptions(args: readonly string[]): CompareOptions {
  const { values, positionals } = parse(args)
  const [before, after] = positionals
  if (before === undefined || after === undefined || positionals.length > 2) {
    throw new Misuse(`Expected two reports, got ${positionals.length}: ${usage}`)
  }
  const limitPercent = values.limit.trim() === '' ? Number.NaN : Number(values.limit)
  if (!(limitPercent >= 0)) throw new Misuse(`Expected --limit to be a number >= 0, got ${values.limit}`)
  return { paths: [before, after], limitPercent, isAll: values.all }
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { limit: { type: 'string', default: '10' }, all: { type: 'boolean', default: false } },
    })
  } catch (cause) {
    throw new Misuse(`${cause instanceof Error ? cause.message : String(cause)}: ${usage}`, { cause })
  }
}
