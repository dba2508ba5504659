import { type EChartsOption, init } from 'echarts'
import { describeMachine } from '../report/machine.js'
import { isOurs, type SuiteReport } from '../report/suite-report.js'

/** A picture of a part of a report. */
export interface Chart {
  /** Of the file, without its ending: `lag-timeline-event`. */
  readonly fileName: string
  /** SVG, readable on light and dark pages. */
  readonly svg: string
}

/** What stands around every chart. */
interface Heading {
  readonly title: string
  /** What is shown, how it is read, and which way is better: two lines at most. */
  readonly subtitle: string
  readonly trials: number
  /** What of several trials is shown besides their medians. */
  readonly spread: string
}

export const chartWidth = 960
const margin = 20
/** What a heading leaves free above the chart and below it, in pixels. */
export const plotTop = 104
export const plotBottom = 100
export const plotLeft = 80

/**
 * Colours, and what each becomes where the reader prefers dark pages. A chart is drawn in the light ones; its style
 * sheet then finds them by their values, so that no two may be the same. Text has a contrast of at least 4.5 to its page
 * in both, and ours is the only warm one, which colour-blind readers tell from the rest as well.
 */
const palette = {
  page: ['#ffffff', '#0d1117'],
  ink: ['#1f2328', '#e6edf3'],
  muted: ['#59636e', '#9da7b1'],
  axis: ['#818b98', '#6e7681'],
  grid: ['#e3e6ea', '#2a313a'],
  track: ['#f1f3f6', '#1a212a'],
  idle: ['#6f7985', '#8b949e'],
  ours: ['#cf4500', '#ff8a47'],
  others: [
    ['#0068b3', '#58a6f0'],
    ['#007a5a', '#3cc39a'],
    ['#9a4183', '#e08cc6'],
    ['#3d4a8a', '#a9b4f5'],
    ['#00727f', '#4fc3d4'],
    ['#716a00', '#cfc64e'],
  ],
} as const

export const [ink, muted, trackColor] = [palette.ink[0], palette.muted[0], palette.track[0]]

/** A colour for each contender, in the order in which a report names them. */
export function contenderColors(names: readonly string[]): ReadonlyMap<string, string> {
  const others = names.filter((name) => name !== 'idle' && !isOurs({ contender: name, verifiedRows: [] }, ''))
  return new Map(
    names.map((name) => {
      if (name === 'idle') return [name, palette.idle[0]]
      const other = palette.others[others.indexOf(name) % palette.others.length]
      return [name, (other ?? palette.ours)[0]]
    }),
  )
}

/** What the axes of all charts have in common. */
export function axis(type: 'value' | 'log', name: string, nameGap: number) {
  return {
    type,
    name,
    nameGap,
    nameLocation: 'middle',
    nameTextStyle: { color: muted, fontSize: 12 },
    axisLine: { show: true, onZero: false, lineStyle: { color: palette.axis[0] } },
    axisTick: { show: false },
    axisLabel: {
      color: muted,
      fontSize: 11,
      formatter: (value: number) => value.toLocaleString('en-US', { maximumSignificantDigits: 6 }),
    },
    splitLine: { show: true, lineStyle: { color: palette.grid[0] } },
  } as const
}

type Title = Extract<EChartsOption['title'], readonly unknown[]>[number]

/** Draws a chart as an SVG that follows the page into the dark; without its machine, date and command it means nothing. */
export function renderChart(
  report: SuiteReport,
  { title, subtitle, trials, spread }: Heading,
  height: number,
  option: EChartsOption & { title?: Title[] },
): string {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: chartWidth, height })
  const machine = `${describeMachine(report.machine)}; ${report.measuredAt.slice(0, 10)}`
  const shown = trials > 1 ? `medians of ${trials} trials${spread}` : 'one trial'
  const titles: Title[] = [
    {
      text: title,
      subtext: subtitle,
      left: margin - 5,
      top: 12,
      textStyle: { fontSize: 18, color: ink },
      subtextStyle: { color: muted, fontSize: 13, lineHeight: 18 },
    },
    {
      subtext: `${machine}\n${report.command}; ${shown}`,
      left: margin - 5,
      bottom: 8,
      subtextStyle: { color: muted, fontSize: 11, lineHeight: 16 },
    },
    ...(option.title ?? []),
  ]
  try {
    const common = {
      animation: false,
      backgroundColor: palette.page[0],
      textStyle: { fontFamily: 'system-ui, sans-serif' },
    }
    chart.setOption({ ...common, ...option, title: titles })
    return finish(chart.renderToSVGString({ useViewBox: true }), title)
  } finally {
    // A chart that is left keeps the process from ending.
    chart.dispose()
  }
}

/** Takes out what only a browser with ECharts has a use for, and adds what a screen reader says and the dark colours. */
function finish(svg: string, title: string): string {
  const { others, ...single } = palette
  const rules = [...Object.values(single), ...others].map(
    ([light, dark]) => `[fill="${light}"]{fill:${dark}}[stroke="${light}"]{stroke:${dark}}`,
  )
  const style = `<style>@media (prefers-color-scheme:dark){${rules.join('')}}</style>`
  return svg
    .replace(/<style >.*?<\/style>|<path [^>]*fill-opacity="0"[^>]*>\s*<\/path>/gs, '')
    .replace(/ (?:ecmeta_\w+|class|pointer-events)="[^"]*"/g, '')
    .replace(/<svg ([^>]*)>/, `<svg role="img" $1><title>${title}</title>${style}`)
    .concat('\n')
}
