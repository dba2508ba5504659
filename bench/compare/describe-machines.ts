import { median } from '../report/statistics.js'
import type { Change } from './compare-reports.js'
import type { ComparableReport } from './read-report.js'

/** How much slower or faster the other contenders may be before it is said that it is the machine. */
const noticeablePercent = 5

/**
 * Whether the two runs had the same machine, in lines: by what it says of itself, and by how fast it was for those who
 * are measured beside this library, whose code has not changed.
 */
export function describeMachines(
  before: ComparableReport,
  after: ComparableReport,
  changes: readonly Change[],
): string[] {
  const differences = Object.keys({ ...before.machine, ...after.machine })
    .map((name) => [name, before.machine[name] ?? 'unknown', after.machine[name] ?? 'unknown'] as const)
    .filter(([, earlier, later]) => earlier !== later)
    .map(([name, earlier, later]) => `${name} ${earlier}, then ${later}`)
  const lines = differences.length === 0 ? [] : [`WARNING: not the same machine: ${differences.join('; ')}`]
  return [...lines, ...describePeers(changes.filter(({ isOurs }) => !isOurs))]
}

function describePeers(changes: readonly Change[]): string[] {
  const slowdowns = changes.map(slowdownPercent).filter(Number.isFinite)
  if (slowdowns.length === 0) return ['WARNING: no other contender tells whether the machine was as fast.']
  const typical = median(slowdowns)
  const word = typical < 0 ? 'faster' : 'slower'
  const line =
    `By the median of ${slowdowns.length} times and rates, the other contenders are ` +
    `${Math.abs(typical).toFixed(1)} % ${word} than before.`
  if (Math.abs(typical) < noticeablePercent) return [line]
  return [line, `WARNING: the machine was ${word}: what is said of duckpaddle is partly its doing.`]
}

/** Of a time, or of a rate; NaN of sizes, which are the same on every machine. */
function slowdownPercent({ figure, before, after }: Change): number {
  if (figure.unit.endsWith('/s')) return 100 * (before / after - 1)
  return ['s', 'ms', 'µs', 'ns'].includes(figure.unit) ? 100 * (after / before - 1) : Number.NaN
}
