import { hasOurName } from '../report/is-ours.js'
import { median } from '../report/median.js'
import type { SuiteReport, TestReport } from '../report/suite-report.js'
import { barChart, type ChartBar } from './bar-chart.js'
import { caption, mediansOf } from './caption.js'
import type { Chart } from './chart.js'
import { contenderLooks } from './contender-looks.js'
import { roundNumber } from './format-number.js'
import { type ChartLine, lineChart } from './line-chart.js'
import { shapeOf, testsByName } from './test-shape.js'

const figureName = 'rows per second'

/** How many rows a second are written: over the numbers of rows, or as bars where there is one. */
export function throughputCharts(report: SuiteReport): readonly Chart[] {
  return [...testsByName(report, 'write ')].flatMap(([name, tests]) => {
    const sizes = new Set(tests.map(({ rows }) => rows))
    const svg = sizes.size > 1 ? linesOf(report, name, tests) : barsOf(report, tests)
    return svg === undefined ? [] : [{ fileName: `throughput-${shapeOf(name)}`, svg }]
  })
}

function linesOf(report: SuiteReport, name: string, tests: readonly TestReport[]): string | undefined {
  const contenders = [...new Set(tests.flatMap((test) => test.contenders.map(({ contender }) => contender)))]
  const looks = contenderLooks(contenders)
  const lines = contenders.flatMap((contender): ChartLine[] => {
    const points = pointsOf(tests, contender)
    const look = looks.get(contender)
    const last = points.at(-1)
    return look === undefined || last === undefined
      ? []
      : [{ name: contender, look, points, note: `${roundNumber(last.y)} rows/s` }]
  })
  if (lines.length === 0) return undefined
  return lineChart({
    title: `How fast ${/^write (.+)$/.exec(name)?.[1] ?? name} are written`,
    subtitle:
      'From the call to the commit, one transaction of so many rows. Contenders that would take minutes write fewer rows: ' +
      'their lines end early. Higher is better.',
    caption: caption(report, mediansOf(Math.max(...tests.map(({ trials }) => trials)))),
    x: { name: 'rows in one transaction (log scale)', scale: 'log' },
    y: { name: 'rows per second (rows/s, log scale)', scale: 'log' },
    lines,
  })
}

/** Trials of a contender that wrote the same number of rows are one point, whatever number was asked for. */
function pointsOf(tests: readonly TestReport[], contender: string) {
  const byRows = new Map<number, number[]>()
  for (const test of tests) {
    const found = test.contenders.find((candidate) => candidate.contender === contender)
    const values = found?.values[figureName] ?? []
    if (found === undefined || values.length === 0) continue
    byRows.set(found.rows, [...(byRows.get(found.rows) ?? []), ...values])
  }
  return [...byRows]
    .sort(([a], [b]) => a - b)
    .map(([x, values]) => ({
      x,
      y: median(values),
      least: Math.min(...values),
      most: Math.max(...values),
    }))
}

function barsOf(report: SuiteReport, tests: readonly TestReport[]): string | undefined {
  const [test] = tests
  if (test === undefined) return undefined
  const bars = test.contenders.flatMap(({ contender, rows, verifiedRows, values }): ChartBar[] => {
    const found = values[figureName] ?? []
    if (found.length === 0) return []
    return [
      {
        name: rows < test.rows ? `${contender} (${rows.toLocaleString('en-US')} rows)` : contender,
        tone: hasOurName(contender) ? 'strong' : verifiedRows.length === 0 ? 'faint' : 'plain',
        median: median(found),
        least: Math.min(...found),
        most: Math.max(...found),
        note: '',
      },
    ]
  })
  if (bars.length === 0) return undefined
  return barChart({
    title: `How fast ${test.rows.toLocaleString('en-US')} ${/^write (.+)$/.exec(test.name)?.[1] ?? test.name} are written`,
    subtitle: 'From the call to the commit, in one transaction. Longer is better.',
    caption: caption(report, mediansOf(test.trials)),
    valueName: 'rows per second (rows/s)',
    scale: 'linear',
    bars,
  })
}
