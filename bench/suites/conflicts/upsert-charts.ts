import { barChart } from '../../charts/bar-chart.js'
import { caption, mediansOf } from '../../charts/caption.js'
import type { Chart } from '../../charts/chart.js'
import type { SuiteReport } from '../../report/suite-report.js'
import { contenderBars } from '../contender-bars.js'

/** How long each contender takes to give rows new values, a picture for each size. */
export function upsertCharts(report: SuiteReport): readonly Chart[] {
  return report.tests
    .filter(({ name }) => name === 'upsert')
    .map((test) => ({
      fileName: `conflicts-upsert-${test.rows}`,
      svg: barChart({
        title: `How long it takes to upsert into a table of ${test.rows.toLocaleString('en-US')} rows`,
        subtitle:
          'Scattered rows get new values, one transaction. All but duckpaddle is SQL on the main thread, from a ' +
          'staging table. Shorter is better.',
        caption: caption(report, mediansOf(test.trials)),
        valueName: 'time per round (ms, log scale)',
        scale: 'log',
        bars: contenderBars(report, test, 'time per round'),
      }),
    }))
}
