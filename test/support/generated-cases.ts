/** Set by `npm run test:long`: how many times as many cases there are. */
const times = Number(process.env.GENERATED_TIMES ?? 0)

/**
 * How many cases are generated, and which: the same ones each time in `npm test`, so that it fails for what was changed
 * and for nothing else, and in `npm run test:long` many more, and others each time.
 */
export function generatedCases(numRuns: number): { readonly numRuns: number; readonly seed?: number } {
  return times === 0 ? { numRuns, seed: 20_261_128 } : { numRuns: times * numRuns }
}

/** Of moments that are tried one after the other, every other one in `npm test`, and the rest in `npm run test:long`. */
export function everyOther<Moment>(moments: readonly Moment[]): readonly Moment[] {
  return moments.filter((_, at) => at % 2 === (times === 0 ? 0 : 1))
}
