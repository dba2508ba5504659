/** In percent; 100 is the most. */
export const percentiles = { p50: 50, p99: 99, 'p99.9': 99.9, max: 100 } as const

/**
 * Figures of each percentile.
 *
 * @param name - `loop delay`, of which there are `loop delay p50` and so on.
 */
export function percentilesOf(name: string, at: (percentile: number) => number): Record<string, number> {
  return Object.fromEntries(Object.entries(percentiles).map(([key, value]) => [`${name} ${key}`, at(value)]))
}

/** By nearest rank; NaN of none. */
export function percentile(values: readonly number[], percent: number): number {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[Math.max(0, Math.ceil((percent / 100) * sorted.length) - 1)] ?? Number.NaN
}

/** The middle one of several numbers, or the mean of the middle two; NaN of none. */
export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length / 2
  const [low = Number.NaN, high = Number.NaN] = [sorted[Math.ceil(middle) - 1], sorted[Math.floor(middle)]]
  return (low + high) / 2
}

export function mebibytes(bytes: number): number {
  return bytes / 1024 ** 2
}
