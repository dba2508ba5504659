import { printTable } from '../report/print-report.js'
import type { Change, Comparison, Missing } from './compare-reports.js'
import { leastTrials } from './judge.js'

/** Prints the figures that are beyond the noise, or all of them, and how many others there are. */
export function printChanges(changes: readonly Change[], isAll: boolean): void {
  const isKnown = ({ verdict }: Change) => verdict === 'faster' || verdict === 'slower'
  const shown = isAll ? changes : changes.filter(isKnown)
  if (shown.length > 0) {
    printTable(
      ['test', 'rows', 'contender', 'figure', 'before', 'after', 'change', 'verdict'],
      shown.map((change) => [
        change.test,
        String(change.rows),
        change.contender,
        change.figureKey,
        change.before.toFixed(change.figure.digits),
        change.after.toFixed(change.figure.digits),
        formatChange(change),
        change.verdict,
      ]),
    )
  }
  const noise = changes.filter(({ verdict }) => verdict === 'within noise').length
  const unknown = changes.filter(({ verdict }) => verdict === 'unknown').length
  console.log(`${changes.filter(isKnown).length} figures are beyond the noise, ${noise} within it.`)
  if (unknown > 0) {
    console.log(`WARNING: ${unknown} figures are unknown: they have fewer than ${leastTrials} trials.`)
  }
}

/** Prints what is in one of the reports only. */
export function printMissing({ missingAfter, missingBefore }: Comparison): void {
  printList('Missing, of what was there before:', missingAfter)
  printList('New:', missingBefore)
}

export function printRegressions(regressions: readonly Change[], limitPercent: number): void {
  printList(
    `Slower beyond the noise and by more than ${limitPercent} %:`,
    regressions.map((change) => ({ label: `${change.label}, ${change.figureKey}: ${formatChange(change)}` })),
  )
}

function printList(heading: string, items: readonly Pick<Missing, 'label'>[]): void {
  if (items.length === 0) return
  console.log(`\n${heading}`)
  for (const { label } of items) console.log(`- ${label}`)
}

function formatChange({ changePercent }: Change): string {
  if (!Number.isFinite(changePercent)) return 'from 0'
  return `${changePercent > 0 ? '+' : ''}${changePercent.toFixed(1)} %`
}
