import { barChart } from '../../charts/bar-chart.js'
import { caption, mediansOf } from '../../charts/caption.js'
import type { Chart } from '../../charts/chart.js'
import type { SuiteReport } from '../../report/suite-report.js'
import { contenderBars } from '../contender-bars.js'

/** How many new records a second each contender saves, a picture for each size. */
export function saveCharts(report: SuiteReport): readonly Chart[] {
  return report.tests
    .filter(({ name }) => name === 'save')
    .map((test) => ({
      fileName: `kv-save-${test.rows}`,
      svg: barChart({
        title: `How fast ${test.rows.toLocaleString('en-US')} new records are saved`,
        subtitle:
          'Keys and about 140 bytes of JSON, in one transaction, but for lmdb, which groups its puts. Longer is better.',
        caption: caption(report, mediansOf(test.trials)),
        valueName: 'records per second (records/s, log scale)',
        scale: 'log',
        bars: contenderBars(report, test, 'records per second'),
      }),
    }))
}
