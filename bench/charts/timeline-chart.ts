import type { CustomSeriesOption } from 'echarts'
import type { Timeline } from '../report/suite-report.js'
import { axis } from './axis.js'
import { type Bounds, logBounds } from './bounds.js'
import type { ContenderLook } from './contender-looks.js'
import { delayOutline } from './delay-outline.js'
import { type DrawnElement, drawRect, drawText, drawUpwards } from './drawing.js'
import { formatTick } from './format-number.js'
import { chartWidth, frame, type Heading, margin } from './frame.js'
import { palette } from './palette.js'
import { renderChart } from './render-chart.js'
import { shortenText, textWidth } from './text-layout.js'

export interface TimelineChart extends Heading {
  /** With its unit: `loop delay (ms, log scale)`. */
  readonly valueName: string
  /** `seconds since the write began` */
  readonly timeName: string
  /** How many seconds are shown. */
  readonly seconds: number
  readonly strips: readonly TimelineStrip[]
}

export interface TimelineStrip {
  readonly name: string
  readonly look: ContenderLook
  /** `max 2,103 ms · p99 1.9 ms` */
  readonly headline: string
  /** How long it ran. */
  readonly seconds: number
  readonly points: Timeline['points']
}

const left = 84
const right = chartWidth - margin
const titleHeight = 22
const plotHeight = 58
const stripHeight = titleHeight + plotHeight + 10

/** Delays over time, a strip for each contender, all with the same axes. */
export function timelineChart(chart: TimelineChart): string {
  const around = frame(chart)
  const count = chart.strips.length
  const bounds = delayBounds(chart.strips)
  const stripsBottom = around.top + Math.max(1, count) * stripHeight
  const height = stripsBottom + 36 + around.bottom
  const plots = chart.strips.map((_, index) => around.top + index * stripHeight + titleHeight)
  return renderChart(chart.title, height, {
    grid: plots.map((top) => ({ left, top, width: right - left, height: plotHeight })),
    xAxis: plots.map((_, index) => ({
      ...axis('linear', { min: 0, max: chart.seconds }, index === count - 1),
      gridIndex: index,
    })),
    yAxis: plots.map((_, index) => ({ ...valueAxis(bounds), gridIndex: index })),
    series: chart.strips.map((strip, index) => delays(strip, index, chart.seconds, bounds)),
    graphic: [
      ...around.draw(height),
      ...chart.strips.flatMap((strip, index) => drawStrip(strip, plots[index] ?? 0, chart.seconds)),
      drawUpwards(chart.valueName, margin + 6, (around.top + titleHeight + stripsBottom) / 2),
      drawText(chart.timeName, (left + right) / 2, stripsBottom + 22, { color: 'muted', align: 'center' }),
    ],
  })
}

/** From the decade in which most delays lie: a few that are shorter are of no interest, and would flatten the others. */
function delayBounds(strips: readonly TimelineStrip[]): Bounds {
  const delays = strips.flatMap(({ points }) => points.map(([, value]) => value).filter((value) => value > 0))
  const usual = delays.sort((a, b) => a - b).slice(Math.floor(delays.length / 4))
  return logBounds(usual.map((value) => value * 1.1))
}

/** A decade is too low for a label of its own once there are more than three. */
function valueAxis(bounds: Bounds) {
  const decades = Math.round(Math.log10(bounds.max / bounds.min))
  const labelled = decades > 3 ? 2 : 1
  const common = axis('log', bounds)
  const formatter = (value: number) =>
    Math.round(Math.log10(value / bounds.min)) % labelled === 0 ? formatTick(value) : ''
  return { ...common, axisLabel: { ...common.axisLabel, fontSize: 10, formatter } }
}

/** Its name and figures above it, and a track for as long as it ran. */
function drawStrip(strip: TimelineStrip, top: number, seconds: number): DrawnElement[] {
  const { name, look, headline } = strip
  const ran = Math.min(1, strip.seconds / seconds)
  const free = right - left - textWidth(headline, 12, look.isOwn) - 24
  const title = shortenText(name, free, 13, true)
  const titleY = top - titleHeight / 2
  return [
    drawRect(
      left,
      top,
      (right - left) * (Number.isFinite(ran) ? ran : 0),
      plotHeight,
      look.isOwn ? 'ownTrack' : 'track',
    ),
    drawText(title, left, titleY, { size: 13, isBold: true, color: look.color }),
    drawText(headline, right, titleY, {
      align: 'right',
      isBold: look.isOwn,
      color: look.isOwn ? 'ink' : 'muted',
    }),
  ]
}

function delays(strip: TimelineStrip, index: number, seconds: number, { min }: Bounds): CustomSeriesOption {
  const outline = delayOutline(strip.points, seconds, right - left, min)
  return {
    type: 'custom',
    xAxisIndex: index,
    yAxisIndex: index,
    silent: true,
    data: [[0, min]],
    renderItem: (_, api) => ({
      type: 'polygon',
      shape: { points: outline.map((corner) => api.coord(corner)) },
      style: { fill: palette[strip.look.color].light },
    }),
  }
}
