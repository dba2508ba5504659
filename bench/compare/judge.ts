import { median } from '../report/statistics.js'

/** `unknown`: too few trials to tell. A figure that is no time is `faster` where it is better: less memory. */
type Verdict = 'faster' | 'slower' | 'within noise' | 'unknown'

export interface Judgement {
  /** Medians. */
  readonly before: number
  readonly after: number
  /** Positive where there is more, be that better or worse; infinite from 0 to anything else. */
  readonly changePercent: number
  readonly verdict: Verdict
}

/** Trials that are needed of each run. */
export const leastTrials = 3

/** The likelihood of a verdict on trials that differ by chance alone. */
const accepted = 0.01

/**
 * Tells whether trials differ from earlier ones by more than chance.
 *
 * They must be apart: all of one run beyond all of the other, the extreme of the exact Mann-Whitney test, whose
 * likelihood by chance is 2 / (n + m choose n): 0.8 % with 5 trials each, but 10 % with 3, and a report has dozens of
 * figures. So where it is more than 1 %, the space between them must be as wide as the wider of them as well; that has
 * 0.7 % with 3 trials each (simulated, of normal and of lognormal distributions).
 */
export function judge(
  before: readonly number[],
  after: readonly number[],
  better: 'less' | 'more' | 'neither',
): Judgement {
  const [from, to] = [median(before), median(after)]
  const changePercent = from === to ? 0 : (100 * (to - from)) / Math.abs(from)
  const judgement = { before: from, after: to, changePercent }
  if (Math.min(before.length, after.length) < leastTrials) return { ...judgement, verdict: 'unknown' }
  if (!isBeyondNoise(before, after)) return { ...judgement, verdict: 'within noise' }
  return { ...judgement, verdict: to > from === (better === 'more') ? 'faster' : 'slower' }
}

function isBeyondNoise(before: readonly number[], after: readonly number[]): boolean {
  const space = Math.max(Math.min(...after) - Math.max(...before), Math.min(...before) - Math.max(...after))
  if (space <= 0) return false
  // `total` choose `before.length`.
  const total = before.length + after.length
  const ways = before.reduce((product, _, index) => (product * (total - index)) / (index + 1), 1)
  const rangeOf = (values: readonly number[]) => Math.max(...values) - Math.min(...values)
  return 2 / ways <= accepted || space >= Math.max(rangeOf(before), rangeOf(after))
}
