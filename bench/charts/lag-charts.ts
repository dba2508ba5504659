import { hasOurName } from '../report/is-ours.js'
import { median } from '../report/median.js'
import type { ContenderReport, SuiteReport, TestReport } from '../report/suite-report.js'
import { barChart, type ChartBar } from './bar-chart.js'
import { caption, mediansOf, oneOf } from './caption.js'
import type { Chart } from './chart.js'
import { contenderLooks } from './contender-looks.js'
import { formatNumber, formatTick } from './format-number.js'
import { runSeconds } from './run-seconds.js'
import { shapeOf, testsByName } from './test-shape.js'
import { timeWindow } from './time-window.js'
import { type TimelineStrip, timelineChart } from './timeline-chart.js'

/** When the event loop stood still, and how long requests waited for it. */
export function lagCharts(report: SuiteReport): readonly Chart[] {
  return [...testsByName(report, 'write ')].flatMap(([name, tests]) =>
    tests.flatMap((test) => {
      const ending = tests.length > 1 ? `${shapeOf(name)}-${test.rows}` : shapeOf(name)
      return [
        ...named(`lag-timeline-${ending}`, delayTimeline(report, test)),
        ...named(`lag-latency-${ending}`, latencyBars(report, test)),
      ]
    }),
  )
}

function named(fileName: string, svg: string | undefined): Chart[] {
  return svg === undefined ? [] : [{ fileName, svg }]
}

function delayTimeline(report: SuiteReport, test: TestReport): string | undefined {
  const looks = contenderLooks(test.contenders.map(({ contender }) => contender))
  const runs = test.contenders.flatMap((contender) => {
    const points = contender.timelines?.find(({ name }) => name === 'loop delay')?.points ?? []
    const look = looks.get(contender.contender)
    if (points.length === 0 || look === undefined) return []
    return [{ contender, name: contender.contender, look, points, seconds: runSeconds(points) }]
  })
  if (runs.length === 0) return undefined
  const seconds = timeWindow(runs)
  const strips = runs.map(
    (run): TimelineStrip => ({ ...run, headline: headline(run.contender, test, run.seconds, seconds) }),
  )
  return timelineChart({
    title: `The event loop while ${rowsOf(test)} are written`,
    subtitle:
      'Each block is a delay of a timer of 1 ms, of neighbours the longest: as wide as it lasted, as high as its milliseconds. ' +
      'The track behind is as long as the write. Lower is better.',
    caption: caption(report, oneOf(test.trials)),
    valueName: 'loop delay (ms, log scale)',
    timeName: 'time since the write began (s)',
    seconds,
    strips,
  })
}

/** `max 2,103 ms · p99 1.9 ms · 1,000,000 rows in 3.2 s` */
function headline(
  { values, rows, verifiedRows }: ContenderReport,
  test: TestReport,
  ran: number,
  shown: number,
): string {
  const figure = (name: string, unit: string) => {
    const found = median(values[`loop delay ${name}`] ?? [])
    return Number.isNaN(found) ? [] : [`${name} ${formatNumber(found)} ${unit}`]
  }
  const took = median(values['time to write'] ?? [ran])
  const written = rows < test.rows ? `only ${rows.toLocaleString('en-US')} rows in` : 'done in'
  const time = verifiedRows.length === 0 ? 'writes nothing' : `${written} ${formatNumber(took)} s`
  const cut = ran > shown && verifiedRows.length > 0 ? [`shown until ${formatTick(shown)} s`] : []
  return [...figure('max', 'ms'), ...figure('p99', 'ms'), time, ...cut].join(' · ')
}

function latencyBars(report: SuiteReport, test: TestReport): string | undefined {
  const bars = test.contenders.flatMap(({ contender, rows, verifiedRows, values }): ChartBar[] => {
    const found = values['request latency p99'] ?? []
    if (found.length === 0) return []
    const most = median(values['request latency max'] ?? [])
    const fewer = rows < test.rows && verifiedRows.length > 0
    return [
      {
        name: fewer ? `${contender} (${rows.toLocaleString('en-US')} rows)` : contender,
        tone: hasOurName(contender) ? 'strong' : verifiedRows.length === 0 ? 'faint' : 'plain',
        median: median(found),
        least: Math.min(...found),
        most: Math.max(...found),
        note: Number.isNaN(most) ? '' : `max ${formatNumber(most)} ms`,
      },
    ]
  })
  if (bars.length === 0) return undefined
  return barChart({
    title: `Requests while ${rowsOf(test)} are written`,
    subtitle:
      'How long the slowest 1% of the requests to a server in the same thread took, at least. Shorter is better.',
    caption: caption(report, mediansOf(test.trials)),
    valueName: 'request latency p99 (ms, log scale)',
    scale: 'log',
    bars,
  })
}

function rowsOf({ rows, name }: TestReport): string {
  return `${rows.toLocaleString('en-US')} ${/^write (.+)$/.exec(name)?.[1] ?? name}`
}
