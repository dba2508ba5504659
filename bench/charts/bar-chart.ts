import { axis, type Scale } from './axis.js'
import { type Bounds, linearBounds, logBounds } from './bounds.js'
import { type DrawnElement, drawPatch, drawText } from './drawing.js'
import { formatNumber } from './format-number.js'
import { chartWidth, frame, type Heading, margin } from './frame.js'
import { palette } from './palette.js'
import { rangeSeries } from './range-series.js'
import { renderChart } from './render-chart.js'
import { shortenText, textWidth } from './text-layout.js'

export interface BarChart extends Heading {
  /** With its unit: `request latency p99 (ms, log scale)`. */
  readonly valueName: string
  readonly scale: Scale
  readonly bars: readonly ChartBar[]
}

export interface ChartBar {
  readonly name: string
  /** `strong` for this library, `faint` for what is there only to compare with. */
  readonly tone: 'strong' | 'plain' | 'faint'
  readonly median: number
  /** Of several trials; the median where there is one. */
  readonly least: number
  readonly most: number
  /** Stands behind the figure: `max 2,103 ms`. */
  readonly note: string
}

const rowHeight = 25
/** Where there are so many bars that they would be a tall picture. */
const denseRowHeight = 20
const denseBars = 20
const nameSize = 12
const longestName = 330
const colors = { strong: 'duckpaddle', plain: 'plain', faint: 'faint' } as const

/** Horizontal bars, each with its figure. */
export function barChart(chart: BarChart): string {
  const around = frame(chart)
  const isDrawable = (value: number) => Number.isFinite(value) && (value > 0 || chart.scale === 'linear')
  const bars = chart.bars.filter(({ median, least, most }) => [median, least, most].every(isDrawable))
  const values = bars.flatMap(({ least, most }) => [least, most])
  // A little is left below the least value, so that a bar of it is still a bar.
  const bounds =
    chart.scale === 'log'
      ? logBounds([...values, ...values.map((value) => value * 0.8)])
      : linearBounds(values)
  const left = margin + Math.max(0, ...bars.map(nameWidth)) + 10
  const labels = Math.max(0, ...bars.map((bar) => textWidth(figure(bar), nameSize)))
  // Where all are this library's, none of them is to stand out.
  const isMixed = bars.some(({ tone }) => tone === 'plain')
  const row = bars.length > denseBars ? denseRowHeight : rowHeight
  const plot = {
    row,
    isMixed,
    left,
    top: around.top,
    width: Math.max(200, chartWidth - left - margin - labels - 10),
    height: Math.max(1, bars.length) * row,
  }
  const height = plot.top + plot.height + 54 + around.bottom
  return renderChart(chart.title, height, {
    grid: { left: plot.left, top: plot.top, width: plot.width, height: plot.height },
    xAxis: axis(chart.scale, bounds),
    yAxis: {
      type: 'category',
      inverse: true,
      data: bars.map((_, index) => String(index)),
      axisLabel: { show: false },
      axisTick: { show: false },
      axisLine: { lineStyle: { color: palette.axis.light } },
    },
    series: [
      {
        type: 'bar',
        clip: false,
        silent: true,
        barWidth: row - 9,
        data: bars.map(({ median, tone }) => ({
          value: median,
          itemStyle: { color: palette[colors[tone]].light },
        })),
        emphasis: { disabled: true },
      },
      rangeSeries(
        bars.flatMap(({ least, most }, at) => (least === most ? [] : [{ at, least, most }])),
        'x',
        'ink',
      ),
    ],
    graphic: [
      ...around.draw(height),
      ...bars.flatMap((bar, index) => drawBarTexts(bar, plot, index, shareOf(chart.scale, bounds, bar.most))),
      drawText(chart.valueName, plot.left + plot.width / 2, plot.top + plot.height + 38, {
        color: 'muted',
        align: 'center',
      }),
    ],
  })
}

function drawBarTexts(
  bar: ChartBar,
  plot: {
    readonly isMixed: boolean
    readonly row: number
    readonly left: number
    readonly top: number
    readonly width: number
  },
  index: number,
  share: number,
): DrawnElement[] {
  const y = plot.top + (index + 0.5) * plot.row
  const isBold = plot.isMixed && bar.tone === 'strong'
  const name = shortenText(bar.name, longestName, nameSize, true)
  const color = bar.tone === 'faint' ? 'muted' : 'ink'
  const [x, text] = [plot.left + plot.width * share + 9, figure(bar)]
  return [
    drawPatch(x - 2, y - 8, textWidth(text, nameSize), 16),
    drawText(name, plot.left - 10, y, { size: nameSize, isBold, color, align: 'right' }),
    drawText(text, x, y, { size: nameSize, isBold, color }),
  ]
}

/** `1.9 (1.7–2.2), max 31.4 ms` */
function figure({ median, least, most, note }: ChartBar): string {
  const range = least === most ? '' : ` (${formatNumber(least)}–${formatNumber(most)})`
  return `${formatNumber(median)}${range}${note === '' ? '' : `, ${note}`}`
}

function nameWidth({ name }: ChartBar): number {
  return Math.min(longestName, textWidth(name, nameSize, true))
}

function shareOf(scale: Scale, { min, max }: Bounds, value: number): number {
  const share = scale === 'log' ? Math.log(value / min) / Math.log(max / min) : (value - min) / (max - min)
  return Math.min(1, Math.max(0, share))
}
