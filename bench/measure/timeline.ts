import type { Timeline } from '../report/suite-report.js'

/** As many as a picture has room for. */
const maxPoints = 400

/**
 * What was seen during a write, thinned out so that no peak is lost: of neighbours the highest is kept, where it was.
 *
 * @param points - Moments by the clock of `monotonicMs()`, and values.
 */
export function timeline(
  name: string,
  unit: string,
  { startedAtMs }: { readonly startedAtMs: number },
  points: readonly (readonly [atMs: number, value: number])[],
): Timeline {
  const spanMs = Math.max(...points.map(([atMs]) => atMs)) - startedAtMs
  const highest = new Map<number, readonly [number, number]>()
  for (const point of points) {
    const place = Math.floor(((point[0] - startedAtMs) / spanMs) * maxPoints)
    const bin = Math.min(maxPoints - 1, Math.max(0, place))
    const found = highest.get(bin)
    if (found === undefined || found[1] < point[1]) highest.set(bin, point)
  }
  // A report is read by people too.
  const round = (value: number) => Number(value.toPrecision(6))
  return {
    name,
    unit,
    points: [...highest.values()].map(([atMs, value]) => [round((atMs - startedAtMs) / 1000), round(value)]),
  }
}
