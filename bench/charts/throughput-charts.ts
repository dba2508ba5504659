import type { CustomSeriesOption, LineSeriesOption } from 'echarts'
import { median } from '../report/statistics.js'
import { isOurs, type SuiteReport, type TestReport } from '../report/suite-report.js'
import {
  axis,
  type Chart,
  contenderColors,
  ink,
  plotBottom,
  plotLeft,
  plotTop,
  renderChart,
} from './render-chart.js'

const plotHeight = 360
/** For the names at the ends of the lines, in pixels. */
const labelWidth = 210
const symbols = ['rect', 'triangle', 'diamond', 'roundRect', 'pin']

interface Point {
  readonly rows: number
  readonly median: number
  readonly least: number
  readonly most: number
}

/** How many rows a second are written, over the numbers of rows: of the shapes that were written in several. */
export function throughputCharts(report: SuiteReport): readonly Chart[] {
  return [...new Set(report.tests.map(({ name }) => name))].flatMap((name) => {
    const tests = report.tests.filter((test) => test.name === name)
    const shape = /^write (.+) rows$/.exec(name)?.[1]
    const isOne = new Set(tests.map(({ rows }) => rows)).size < 2
    if (shape === undefined || isOne) return []
    return [{ fileName: `throughput-${shape}`, svg: drawLines(report, shape, tests) }]
  })
}

function drawLines(report: SuiteReport, shape: string, tests: readonly TestReport[]): string {
  const names = [...new Set(tests.flatMap((test) => test.contenders.map(({ contender }) => contender)))]
  const colors = contenderColors(names)
  const series = names.flatMap((name, index) => {
    const points = pointsOf(tests, name)
    if (points.length === 0) return []
    const color = colors.get(name) ?? ink
    const symbol = symbols[index % symbols.length] ?? 'rect'
    return [line(name, points, color, symbol), whiskers(points, color)]
  })
  const heading = {
    title: `How fast ${shape} rows are written`,
    subtitle:
      'From the call to the commit, one transaction of so many rows.\nContenders that would take minutes ' +
      'write fewer rows: their lines end early. Higher is better.',
    trials: Math.max(...tests.map(({ trials }) => trials)),
    spread: ', and the least to the most',
  }
  return renderChart(report, heading, plotTop + plotHeight + plotBottom, {
    grid: { left: plotLeft + 20, right: labelWidth, top: plotTop, height: plotHeight },
    xAxis: { ...axis('log', 'rows in one transaction (log scale)', 30), min: 'dataMin' },
    yAxis: axis('log', 'rows per second (rows/s, log scale)', 75),
    series,
  })
}

/** Trials of a contender that wrote the same number of rows are one point, whatever number was asked for. */
function pointsOf(tests: readonly TestReport[], name: string): Point[] {
  const found = tests.flatMap(({ contenders }) => contenders.filter(({ contender }) => contender === name))
  return [...new Set(found.map(({ rows }) => rows))]
    .map((rows) => {
      const same = found.filter((other) => other.rows === rows)
      const values = same.flatMap(({ values }) => values['rows per second'] ?? [])
      return { rows, median: median(values), least: Math.min(...values), most: Math.max(...values) }
    })
    .filter(({ least, most }) => least > 0 && Number.isFinite(most))
    .sort((a, b) => a.rows - b.rows)
}

/** With its name and its last figure at its end. */
function line(name: string, points: readonly Point[], color: string, symbol: string): LineSeriesOption {
  const isOwn = isOurs({ contender: name, verifiedRows: [] }, 'throughput')
  const last = Number(points.at(-1)?.median.toPrecision(3))
  return {
    type: 'line',
    silent: true,
    clip: false,
    z: isOwn ? 4 : 3,
    data: points.map(({ rows, median }) => [rows, median]),
    symbol: isOwn ? 'circle' : symbol,
    symbolSize: isOwn ? 9 : 7,
    color,
    lineStyle: { width: isOwn ? 3.5 : 2 },
    endLabel: {
      show: true,
      distance: 12,
      color,
      lineHeight: 15,
      fontWeight: isOwn ? 'bold' : 'normal',
      formatter: `${name}\n${last.toLocaleString('en-US')} rows/s`,
    },
    labelLayout: { moveOverlap: 'shiftY' },
  }
}

/** From the least to the most of several trials. */
function whiskers(points: readonly Point[], color: string): CustomSeriesOption {
  return {
    type: 'custom',
    color,
    silent: true,
    data: points.map(({ rows, least, most }) => [rows, least, most]),
    renderItem(_, api) {
      const [x1 = 0, y1 = 0] = api.coord([api.value(0), api.value(1)])
      const [x2 = 0, y2 = 0] = api.coord([api.value(0), api.value(2)])
      return {
        type: 'line',
        shape: { x1, y1, x2, y2 },
        style: { fill: 'none', stroke: color, lineWidth: 1.5 },
      }
    },
  }
}
