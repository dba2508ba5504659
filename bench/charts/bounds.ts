/** Where an axis begins and ends. */
export interface Bounds {
  readonly min: number
  readonly max: number
}

/** Whole decades around the values that a log axis can show, at least one. */
export function logBounds(values: Iterable<number>): Bounds {
  let least = Number.POSITIVE_INFINITY
  let most = 0
  for (const value of values) {
    if (!Number.isFinite(value) || value <= 0) continue
    least = Math.min(least, value)
    most = Math.max(most, value)
  }
  if (most === 0) return { min: 1, max: 10 }
  const min = 10 ** Math.floor(Math.log10(least * 1.001))
  return { min, max: Math.max(10 * min, 10 ** Math.ceil(Math.log10(most * 0.999))) }
}

/** From 0 to a round number that is no less than any of the values. */
export function linearBounds(values: Iterable<number>): Bounds {
  let most = 0
  for (const value of values) if (Number.isFinite(value)) most = Math.max(most, value)
  return { min: 0, max: most === 0 ? 1 : roundUp(most) }
}

const roundSteps = [1, 1.2, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10]

/** The least round number that is no less than a positive one: 1, 1.2, 1.5, ... times a power of ten. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(value))
  const step = roundSteps.find((candidate) => candidate * power >= value * 0.9999) ?? 10
  return Number((step * power).toPrecision(3))
}
