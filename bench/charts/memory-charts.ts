import type { SuiteReport, TestReport } from '../report/suite-report.js'
import { caption, oneOf } from './caption.js'
import type { Chart } from './chart.js'
import { contenderLooks } from './contender-looks.js'
import { formatNumber } from './format-number.js'
import { type ChartLine, lineChart } from './line-chart.js'
import { peakPoints } from './peak-points.js'
import { runSeconds } from './run-seconds.js'
import { shapeOf } from './test-shape.js'
import { timeWindow } from './time-window.js'

/** How much memory the process has while rows are written. */
export function memoryCharts(report: SuiteReport): readonly Chart[] {
  const tests = report.tests.filter(({ contenders }) =>
    contenders.some(({ timelines }) => timelines?.some(({ name }) => name === 'resident memory')),
  )
  return tests.flatMap((test) => {
    const svg = memoryLines(report, test)
    const fileName =
      tests.length > 1 ? `memory-over-time-${shapeOf(test.name)}-${test.rows}` : 'memory-over-time'
    return svg === undefined ? [] : [{ fileName, svg }]
  })
}

function memoryLines(report: SuiteReport, test: TestReport): string | undefined {
  const looks = contenderLooks(test.contenders.map(({ contender }) => contender))
  const runs = test.contenders.flatMap(({ contender, rows, timelines }) => {
    const points = timelines?.find(({ name }) => name === 'resident memory')?.points ?? []
    const look = looks.get(contender)
    if (points.length === 0 || look === undefined) return []
    return [{ name: contender, rows, look, points, seconds: runSeconds(points) }]
  })
  if (runs.length === 0) return undefined
  const shown = timeWindow(runs)
  const lines = runs.map(({ name, rows, look, points, seconds }): ChartLine => {
    const peak = points.reduce((most, [, value]) => Math.max(most, value), 0)
    const until = seconds > shown ? `, on to ${formatNumber(seconds)} s` : ''
    const fewer = rows < test.rows ? `, ${rows.toLocaleString('en-US')} rows` : ''
    return {
      name,
      look,
      note: `peak ${formatNumber(peak)} MiB${fewer}${until}`,
      points: peakPoints(points, shown),
    }
  })
  return lineChart({
    title: `Memory while ${test.rows.toLocaleString('en-US')} ${/^write (.+)$/.exec(test.name)?.[1] ?? test.name} are written`,
    subtitle:
      'Of the whole process, worker threads and databases included. Each line ends with its commit. Lower is better.',
    caption: caption(report, oneOf(test.trials)),
    x: { name: 'time since the write began (s)', scale: 'linear', max: shown },
    y: { name: 'resident memory (MiB)', scale: 'linear' },
    lines,
  })
}
