/** The trial whose time is the middle one, which is the one to be shown of several. */
export function medianTrial<Result extends { readonly seconds: number }>(
  results: readonly Result[],
): Result | undefined {
  return results.toSorted((a, b) => a.seconds - b.seconds)[Math.floor((results.length - 1) / 2)]
}
