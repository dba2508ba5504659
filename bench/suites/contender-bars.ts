import type { ChartBar } from '../charts/bar-chart.js'
import { isOurs } from '../report/is-ours.js'
import { median } from '../report/median.js'
import type { SuiteReport, TestReport } from '../report/suite-report.js'

/** A bar for each contender of a test that has the figure. */
export function contenderBars({ suite }: SuiteReport, test: TestReport, figure: string): ChartBar[] {
  return test.contenders.flatMap((found): ChartBar[] => {
    const { contender, rows } = found
    const values = found.values[figure] ?? []
    if (values.length === 0) return []
    return [
      {
        name: rows < test.rows ? `${contender} (${rows.toLocaleString('en-US')} rows)` : contender,
        tone: isOurs(found, suite) ? 'strong' : 'plain',
        median: median(values),
        least: Math.min(...values),
        most: Math.max(...values),
        note: '',
      },
    ]
  })
}
