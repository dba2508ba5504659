import type { Timeline } from '../report/suite-report.js'

/** How long a run was seen: until its last point. */
export function runSeconds(points: Timeline['points']): number {
  return points.reduce((last, [seconds]) => (Number.isFinite(seconds) ? Math.max(last, seconds) : last), 0)
}
