import type { LineSeriesOption } from 'echarts'
import { medianFigure } from '../report/print-report.js'
import { median } from '../report/statistics.js'
import { isOurs, type SuiteReport, type TestReport, type Timeline } from '../report/suite-report.js'
import {
  axis,
  type Chart,
  chartWidth,
  contenderColors,
  muted,
  plotBottom,
  plotLeft,
  plotTop,
  renderChart,
  trackColor,
} from './render-chart.js'

const [stripHeight, stripGap, right] = [58, 32, 20]
/** How much longer than this library another may take before its time is cut off. */
const longestRatio = 3
/** In milliseconds: the timer whose delay is measured is in each of them. */
const leastDelay = 1

/** When the event loop stood still: a strip for each contender, all with the same axes. */
export function lagCharts(report: SuiteReport): readonly Chart[] {
  return report.tests.flatMap((test) => {
    const runs = test.contenders.flatMap(({ contender, timelines }) => {
      const points = timelines?.find(({ name }) => name === 'loop delay')?.points.filter(isDrawable) ?? []
      const seconds = Math.max(...points.map(([at]) => at))
      return points.length === 0 ? [] : [{ name: contender, points, seconds }]
    })
    if (runs.length === 0) return []
    const shape = /^write (.+) rows$/.exec(test.name)?.[1] ?? test.name
    const isOnly = report.tests.filter(({ name }) => name === test.name).length === 1
    const fileName = `lag-timeline-${shape}${isOnly ? '' : `-${test.rows}`}`
    return [{ fileName, svg: drawTimelines(report, test, shape, runs) }]
  })
}

interface Run {
  readonly name: string
  readonly points: Timeline['points']
  /** Until its last point. */
  readonly seconds: number
}

function drawTimelines(report: SuiteReport, test: TestReport, shape: string, runs: readonly Run[]): string {
  const shown = shownSeconds(runs)
  const colors = contenderColors(runs.map(({ name }) => name))
  const colorOf = ({ name }: Run) => colors.get(name) ?? muted
  const most = Math.max(10, ...runs.flatMap(({ points }) => points.map(([, ms]) => ms)))
  const max = 10 ** Math.ceil(Math.log10(most))
  const tops = runs.map((_, index) => plotTop + stripGap + index * (stripHeight + stripGap))
  const middle = Math.floor(runs.length / 2)
  const heading = {
    title: `The event loop while ${test.rows.toLocaleString('en-US')} ${shape} rows are written`,
    subtitle:
      'Each block is a delay of a timer of 1 ms, of neighbours the longest: as wide as it lasted, as high as its ' +
      'milliseconds.\nThe track behind is as long as the write. Lower is better.',
    trials: test.trials,
    spread: '; pictured: the trial of the median time',
  }
  const height = plotTop + runs.length * (stripHeight + stripGap) + plotBottom
  return renderChart(report, heading, height, {
    title: runs.flatMap((run, index) => stripTitles(test, run, tops[index] ?? 0, shown, colorOf(run))),
    grid: tops.map((top) => ({ left: plotLeft, right, top, height: stripHeight })),
    xAxis: runs.map((_, gridIndex) => {
      const isLast = gridIndex === runs.length - 1
      const common = axis('value', isLast ? 'time since the write began (s)' : '', 28)
      return { ...common, gridIndex, max: shown, axisLabel: { ...common.axisLabel, show: isLast } }
    }),
    yAxis: runs.map((_, gridIndex) => {
      const name = gridIndex === middle ? 'loop delay (ms, log scale)' : ''
      return { ...axis('log', name, 45), gridIndex, min: leastDelay, max }
    }),
    series: runs.map((run, index) => strip(run, index, colorOf(run))),
  })
}

/** Corners of the blocks, one after the other: a stall is reported at its end, and seen for as long as it stood. */
function strip({ points, seconds }: Run, index: number, color: string): LineSeriesOption {
  const corners = points.flatMap(([end, ms]) => {
    const [start, top] = [Math.max(0, end - ms / 1000), Math.max(leastDelay, ms)]
    const heights = [leastDelay, top, top, leastDelay]
    return heights.map((height, corner) => [corner < 2 ? start : end, height])
  })
  return {
    type: 'line',
    xAxisIndex: index,
    yAxisIndex: index,
    silent: true,
    showSymbol: false,
    data: corners,
    color,
    lineStyle: { width: 1 },
    areaStyle: { opacity: 1, origin: 'start' },
    markArea: { silent: true, itemStyle: { color: trackColor }, data: [[{ xAxis: 0 }, { xAxis: seconds }]] },
  }
}

/** The name, and `max 2,103 ms · p99 1.9 ms · done in 3.2 s` */
function stripTitles(test: TestReport, { name, seconds }: Run, top: number, shown: number, color: string) {
  const { rows = 0, verifiedRows } = test.contenders.find(({ contender }) => contender === name) ?? {}
  const number = (figure: string) =>
    medianFigure(test, name, figure).toLocaleString('en-US', { maximumSignificantDigits: 3 })
  const written = rows < test.rows ? `only ${rows.toLocaleString('en-US')} rows in` : 'done in'
  const headline = [
    `max ${number('loop delay max')} ms`,
    `p99 ${number('loop delay p99')} ms`,
    verifiedRows?.length === 0 ? 'writes nothing' : `${written} ${number('time to write')} s`,
    ...(seconds > shown ? [`shown until ${shown} s`] : []),
  ].join(' · ')
  const place = { top: top - 26, padding: 5 }
  const style = { fontSize: 13, fontWeight: 'bold' } as const
  const plain = { fontSize: 13, fontWeight: 'normal', color: muted } as const
  return [
    { ...place, text: name, left: plotLeft - 5, textStyle: { ...style, color } },
    { ...place, text: headline, left: chartWidth - right - 5, textAlign: 'right', textStyle: plain },
  ] as const
}

/**
 * The seconds that the shared time axis shows: all, unless a contender takes so much longer than this library that what
 * the others do could not be seen any more.
 */
function shownSeconds(runs: readonly Run[]): number {
  const all = runs.map(({ seconds }) => seconds)
  const own = runs.filter(({ name }) => isOurs({ contender: name, verifiedRows: [] }, 'lag'))
  const reference = own.length > 0 ? Math.max(...own.map(({ seconds }) => seconds)) : median(all)
  const seconds = Math.min(Math.max(...all), longestRatio * reference)
  const step = 10 ** Math.floor(Math.log10(seconds)) / 2
  return Number((step * Math.ceil(seconds / step)).toPrecision(3))
}

function isDrawable([at, ms]: Timeline['points'][number]): boolean {
  return Number.isFinite(at) && Number.isFinite(ms)
}
