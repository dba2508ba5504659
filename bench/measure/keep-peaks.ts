export type Point = readonly [seconds: number, value: number]

/** As many as a picture has room for. */
const maxPoints = 400

/** Thins out what was seen over time, so that no peak is lost: of neighbours the highest is kept, where it was. */
export function keepPeaks(points: readonly Point[]): readonly Point[] {
  const end = Math.max(...points.map(([seconds]) => seconds))
  const bins = new Map<number, Point>()
  for (const point of points) {
    const bin = Math.min(maxPoints - 1, Math.max(0, Math.floor((point[0] / end) * maxPoints)))
    const highest = bins.get(bin)
    if (highest === undefined || highest[1] < point[1]) bins.set(bin, point)
  }
  return [...bins.values()].map(([seconds, value]) => [round(seconds), round(value)])
}

/** A report is read by people too. */
function round(value: number): number {
  return Number(value.toPrecision(6))
}
