import type { AlignedData, Axis, Legend, Options, Series } from 'uplot'
import { find } from './elements.js'
import { type RecentValues, secondsFromNow } from './recent-values.js'

export interface ChartSeries {
  readonly label: string
  /** A custom property of the style sheet. */
  readonly color: string
  readonly values: RecentValues
  /** What a value is multiplied by to be drawn. */
  readonly factor?: number
  readonly kind?: 'area' | 'line' | 'dashes'
  /** Writes a value of it, as it is drawn. */
  format(value: number): string
}

export interface ChartScale {
  readonly isLogarithmic: boolean
  /** The chart shows at least so much. */
  readonly from: number
  readonly to: number
  /** Writes a value of the axis. */
  format(value: number): string
}

/** Of a chart, in pixels; the legend is below. */
const height = 205
const axisFont = '12px system-ui, sans-serif'

/** A chart of the last minute in a section of the page. */
export class MinuteChart {
  readonly #plot: uPlot
  readonly #series: readonly ChartSeries[]

  constructor(section: string, scale: ChartScale, series: readonly ChartSeries[]) {
    const place = find(`${section} .chart`, HTMLElement)
    this.#series = series
    const options: Options = {
      width: place.clientWidth,
      height,
      padding: [8, 12, 0, 0],
      legend: { markers: markersOf(series) },
      cursor: { y: false, drag: { x: false, y: false }, points: { show: false }, sync: { key: 'minute' } },
      scales: { x: { time: false, range: [-60, 0] }, y: scaleOf(scale) },
      axes: [
        axisOf({ values: (_, splits) => splits.map(nameSecond), space: 50, size: 28 }),
        valueAxis(scale),
      ],
      series: [secondsSeries, ...series.map(seriesOf)],
    }
    this.#plot = new uPlot(options, this.#data(Date.now()), place)
    const { canvas } = this.#plot.ctx
    canvas.role = 'img'
    canvas.ariaLabel = `Chart of the last minute: ${series.map(({ label }) => label).join(', ')}`
    new ResizeObserver(() => this.#plot.setSize({ width: place.clientWidth, height })).observe(place)
  }

  /** What is drawn: seconds from now, and the values of each series. */
  get data(): AlignedData {
    return this.#plot.data
  }

  draw(nowMs: number): void {
    this.#plot.setData(this.#data(nowMs))
  }

  #data(nowMs: number): AlignedData {
    return [
      [...secondsFromNow],
      ...this.#series.map(({ values, factor = 1 }) =>
        values.read(nowMs).map((value) => value && value * factor),
      ),
    ]
  }
}

const secondsSeries: Series = {
  label: 'Time',
}

function nameSecond(second: number): string {
  return second === 0 ? 'now' : `−${-second} s`
}

/** The browser itself follows a change of light and dark here. */
function markersOf(series: readonly ChartSeries[]): Legend.Markers {
  const varOf = (index: number) => `var(${series[index - 1]?.color})`
  return {
    stroke: (_, index) => varOf(index),
    fill: (_, index) => `color-mix(in srgb, ${varOf(index)} 25%, transparent)`,
  }
}

function seriesOf({ label, color, kind = 'area', format }: ChartSeries): Series {
  const { stepped } = uPlot.paths
  return {
    label,
    stroke: () => colorOf(color),
    width: kind === 'line' ? 1.5 : 2,
    points: { show: false },
    value: (_, value) => (value === null ? '' : format(value)),
    ...(kind === 'area' && { fill: () => `color-mix(in srgb, ${colorOf(color)} 25%, transparent)` }),
    ...(kind === 'area' && stepped && { paths: stepped({ align: -1 }) }),
    ...(kind === 'dashes' && { dash: [4, 4] }),
  }
}

function scaleOf({ isLogarithmic, from, to }: ChartScale): NonNullable<Options['scales']>[string] {
  const range = (_: uPlot, _min: number | null, max: number | null): [number, number] => {
    const most = Math.max(to, max ?? 0)
    return [from, isLogarithmic ? 10 ** Math.ceil(Math.log10(most)) : most * 1.05]
  }
  return { range, ...(isLogarithmic && { distr: 3, clamp: from }) }
}

function valueAxis({ isLogarithmic, format }: ChartScale): Axis {
  // The powers of ten alone: the lines in between would be many.
  const filter: Axis['filter'] = (_, splits) =>
    splits.map((value) => (Number.isInteger(Math.log10(value)) ? value : null))
  return axisOf({
    values: (_, splits) => splits.map((value) => (value === null ? '' : format(value))),
    size: 56,
    ...(isLogarithmic && { filter, grid: { stroke: () => colorOf('--grid'), width: 1, filter } }),
  })
}

function axisOf(axis: Axis): Axis {
  return {
    stroke: () => colorOf('--muted'),
    font: axisFont,
    grid: { stroke: () => colorOf('--grid'), width: 1 },
    ticks: { show: false },
    ...axis,
  }
}

/** As it is now: light and dark may change. */
function colorOf(property: string): string {
  return getComputedStyle(document.documentElement).getPropertyValue(property)
}
