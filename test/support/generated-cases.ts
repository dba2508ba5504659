/** Set by `npm run test:long`: how many times as many cases there are. */
const times = Number(process.env.GENERATED_TIMES ?? 0)

/** Whether this is `npm run test:long`, which has what takes long as well. */
export const isLong: boolean = times > 0

/** On other engines, `npm run test:remote:all` has both. */
const isAll = process.env.SUITES === 'all'

/**
 * How many cases are generated, and which: the same ones each time in `npm test`, so that it fails for what was changed
 * and for nothing else, and in `npm run test:long` many more, and others each time.
 *
 * @param few - How many in `npm test`, where they take long.
 */
export function generatedCases(
  numRuns: number,
  few: number = numRuns,
): { readonly numRuns: number; readonly seed?: number } {
  return isLong ? { numRuns: times * numRuns } : { numRuns: few, seed: 20_261_128 }
}

/** Of moments that are tried one after the other, every other one in `npm test`, and the rest in `npm run test:long`. */
export function everyOther<Moment>(moments: readonly Moment[]): readonly Moment[] {
  return moments.filter((_, at) => isAll || at % 2 === (isLong ? 1 : 0))
}

/** Of cases that take long, those that stand for all in `npm test`, and the others in `npm run test:long`. */
export function fewOf<Case>(few: readonly Case[], others: readonly Case[]): readonly Case[] {
  if (isAll) return [...few, ...others]
  return isLong ? others : few
}
