import type { LineSeriesOption } from 'echarts'
import { axis, type Scale } from './axis.js'
import { type Bounds, linearBounds, logBounds } from './bounds.js'
import type { ContenderLook } from './contender-looks.js'
import { type DrawnElement, drawLeader, drawText, drawUpwards } from './drawing.js'
import { chartWidth, frame, type Heading, margin } from './frame.js'
import { palette } from './palette.js'
import { placeLabels } from './place-labels.js'
import { rangeSeries } from './range-series.js'
import { renderChart } from './render-chart.js'
import { shortenText, textWidth } from './text-layout.js'

export interface LineChart extends Heading {
  readonly x: LineAxis
  readonly y: LineAxis
  readonly lines: readonly ChartLine[]
}

interface LineAxis {
  /** With its unit: `rows per second (rows/s, log scale)`. */
  readonly name: string
  readonly scale: Scale
  /** Where it ends, though some lines go on. */
  readonly max?: number
}

export interface ChartLine {
  readonly name: string
  readonly look: ContenderLook
  /** Stands below the name: `812,000 rows/s`. */
  readonly note: string
  readonly points: readonly LinePoint[]
}

export interface LinePoint {
  readonly x: number
  readonly y: number
  /** Of several trials, where `y` is their median. */
  readonly least?: number
  readonly most?: number
}

const left = 112
const plotHeight = 360
const labelHeight = 32
const longestLabel = 230
/** More points than this are too many to mark each. */
const mostMarks = 20

/** Lines, each with its name at its end. */
export function lineChart(chart: LineChart): string {
  const around = frame(chart)
  const xBounds = axisBounds(chart.x, chart.lines, ({ x }) => [x])
  const lines = chart.lines.map((line) => ({ ...line, points: shown(line.points, chart, xBounds) }))
  const yBounds = axisBounds(chart.y, lines, ({ y, most = y, least = y }) => [least, most])
  const labels = Math.max(0, ...lines.map(labelWidth))
  const plot = { left, top: around.top, width: chartWidth - left - margin - labels - 40, height: plotHeight }
  const height = around.top + plotHeight + 56 + around.bottom
  const at = ({ x, y }: LinePoint) => ({
    x: plot.left + plot.width * share(chart.x.scale, xBounds, x),
    y: plot.top + plot.height * (1 - share(chart.y.scale, yBounds, y)),
  })
  return renderChart(chart.title, height, {
    grid: plot,
    xAxis: axis(chart.x.scale, xBounds),
    yAxis: axis(chart.y.scale, yBounds),
    series: lines.flatMap((line) => [lineSeries(line), whiskers(line)]),
    graphic: [
      ...around.draw(height),
      ...drawLabels(lines, at, plot.left + plot.width, plot.top),
      drawUpwards(chart.y.name, margin + 6, plot.top + plotHeight / 2),
      drawText(chart.x.name, plot.left + plot.width / 2, plot.top + plotHeight + 38, {
        color: 'muted',
        align: 'center',
      }),
    ],
  })
}

function axisBounds(
  { scale, max }: LineAxis,
  lines: readonly { readonly points: readonly LinePoint[] }[],
  pick: (point: LinePoint) => number[],
): Bounds {
  const values = lines.flatMap(({ points }) => points.flatMap(pick))
  const bounds = scale === 'log' ? logBounds(values) : linearBounds(values)
  return max === undefined ? bounds : { ...bounds, max }
}

/** What can be drawn of a line. */
function shown(points: readonly LinePoint[], { x, y }: LineChart, { max }: Bounds): LinePoint[] {
  const isDrawable = (value: number, { scale }: LineAxis) =>
    Number.isFinite(value) && (value > 0 || scale === 'linear')
  return points.filter((point) => isDrawable(point.x, x) && isDrawable(point.y, y) && point.x <= max)
}

function share(scale: Scale, { min, max }: Bounds, value: number): number {
  return scale === 'log' ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min)
}

function lineSeries({ name, look, points }: ChartLine): LineSeriesOption {
  const color = palette[look.color].light
  return {
    type: 'line',
    name,
    silent: true,
    // What lies beyond an axis is left out already, and marks on its end are to be whole.
    clip: false,
    z: look.isOwn ? 4 : 3,
    data: points.map(({ x, y }) => [x, y]),
    showSymbol: points.length <= mostMarks,
    symbol: look.symbol,
    symbolSize: look.isOwn ? 9 : 7,
    itemStyle: { color },
    lineStyle: { color, width: look.isOwn ? 3.5 : 2, type: look.dash },
    emphasis: { disabled: true },
  }
}

function whiskers({ look, points }: ChartLine) {
  const ranges = points.flatMap(({ x, least, most }) => {
    return least === undefined || most === undefined || least === most ? [] : [{ at: x, least, most }]
  })
  return rangeSeries(ranges, 'y', look.color)
}

function drawLabels(
  lines: readonly ChartLine[],
  at: (point: LinePoint) => { readonly x: number; readonly y: number },
  right: number,
  top: number,
): DrawnElement[] {
  const ends = lines.flatMap((line) => {
    const last = line.points.at(-1)
    return last === undefined ? [] : [{ line, end: at(last) }]
  })
  const places = placeLabels(
    ends.map(({ end }) => end.y),
    labelHeight,
    top - 10,
    top + plotHeight + 10,
  )
  return ends.flatMap(({ line: { name, look, note }, end }, index) => {
    const y = places[index] ?? end.y
    const [x, nameY] = [right + 30, note === '' ? y : y - 7]
    const style = { isBold: look.isOwn, color: look.color }
    const label = drawText(shortenText(name, longestLabel, 12, true), x, nameY, style)
    const below = note === '' ? [] : [drawText(note, x, y + 8, { size: 11, color: 'muted' })]
    return [drawLeader(end.x + 6, end.y, x - 5, y, look.color), label, ...below]
  })
}

function labelWidth({ name, note }: ChartLine): number {
  return Math.max(Math.min(longestLabel, textWidth(name, 12, true)), textWidth(note, 11))
}
