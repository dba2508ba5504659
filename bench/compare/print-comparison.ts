import { figureHeading, printTable } from '../report/print-report.js'
import type { Change, Comparison } from './compare-reports.js'
import { leastTrials } from './judge.js'

/** Prints the figures that are beyond the noise, or all of them, and how many others there are. */
export function printChanges(changes: readonly Change[], isAll: boolean): void {
  const beyond = changes.filter(({ verdict }) => verdict === 'faster' || verdict === 'slower')
  const shown = isAll ? changes : beyond
  if (shown.length > 0) {
    printTable(
      ['test', 'rows', 'contender', 'figure', 'before', 'after', 'change', 'verdict'],
      shown.map((change) => [
        change.test,
        String(change.rows),
        change.contender,
        figureHeading(change.figure),
        change.before.toFixed(change.figure.digits),
        change.after.toFixed(change.figure.digits),
        formatChange(change),
        change.verdict,
      ]),
    )
  }
  const noise = changes.filter(({ verdict }) => verdict === 'within noise').length
  const unknown = changes.length - beyond.length - noise
  console.log(`${beyond.length} figures are beyond the noise, ${noise} within it.`)
  if (unknown > 0) {
    console.log(`WARNING: ${unknown} figures are unknown: they have fewer than ${leastTrials} trials.`)
  }
}

/** Prints what is in one of the reports only. */
export function printMissing({ missingAfter, missingBefore }: Comparison): void {
  const labels = (missing: Comparison['missingAfter']) => missing.map(({ label }) => label)
  printList('Missing, of what was there before:', labels(missingAfter))
  printList('New:', labels(missingBefore))
}

export function printRegressions(regressions: readonly Change[], limitPercent: number): void {
  const lines = regressions.map(
    (change) => `${change.label}, ${figureHeading(change.figure)}: ${formatChange(change)}`,
  )
  printList(`Slower beyond the noise and by more than ${limitPercent} %:`, lines)
}

function printList(heading: string, lines: readonly string[]): void {
  if (lines.length > 0) console.log([`\n${heading}`, ...lines].join('\n- '))
}

function formatChange({ changePercent }: Change): string {
  if (!Number.isFinite(changePercent)) return 'from 0'
  return `${changePercent > 0 ? '+' : ''}${changePercent.toFixed(1)} %`
}
