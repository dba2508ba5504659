import { hasOurName } from '../report/is-ours.js'
import { median } from '../report/median.js'
import { roundUp } from './bounds.js'

/** How much longer than this library another may take before its time is cut off. */
const longestRatio = 3

/**
 * The seconds that a shared time axis shows: all, unless a contender takes so much longer than this library that what
 * the others do could not be seen any more.
 */
export function timeWindow(runs: readonly { readonly name: string; readonly seconds: number }[]): number {
  const durations = runs.map(({ seconds }) => seconds).filter((seconds) => seconds > 0)
  if (durations.length === 0) return 1
  const own = runs
    .filter(({ name, seconds }) => hasOurName(name) && seconds > 0)
    .map(({ seconds }) => seconds)
  const reference = own.length > 0 ? Math.max(...own) : median(durations)
  return roundUp(Math.min(Math.max(...durations), longestRatio * reference))
}
