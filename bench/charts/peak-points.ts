import type { Timeline } from '../report/suite-report.js'
import type { LinePoint } from './line-chart.js'

/** As many steps as can be told apart in a picture. */
const steps = 300

/** The highest value of each step of the time that is shown, so that a long timeline keeps its peaks and is drawn small. */
export function peakPoints(points: Timeline['points'], seconds: number): LinePoint[] {
  const peaks = new Map<number, LinePoint>()
  for (const [x, y] of points) {
    if (!(x <= seconds) || !Number.isFinite(y)) continue
    const step = Math.floor((x / seconds) * steps)
    const found = peaks.get(step)
    if (found === undefined || y > found.y) peaks.set(step, { x, y })
  }
  return [...peaks.values()].sort((a, b) => a.x - b.x)
}
