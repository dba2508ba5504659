import { median } from '../report/median.js'
import type { SuiteReport } from '../report/suite-report.js'
import { barChart, type ChartBar } from './bar-chart.js'
import { caption, mediansOf } from './caption.js'
import type { Chart } from './chart.js'

/** What a value of each column type costs. */
export function encodeCharts(report: SuiteReport): readonly Chart[] {
  return report.tests.flatMap((test) => {
    const bars = test.contenders.flatMap(({ contender, values, verifiedRows }): ChartBar[] => {
      const found = values['time per value'] ?? []
      if (found.length === 0) return []
      const isBaseline = verifiedRows.length === 0
      const times = median(values['times baseline'] ?? [])
      return [
        {
          // A baseline, which writes nothing that could be verified, follows what it is the baseline of.
          name: isBaseline ? contender.slice(contender.indexOf(': ') + 2) : contender,
          tone: isBaseline ? 'faint' : 'strong',
          median: median(found),
          least: Math.min(...found),
          most: Math.max(...found),
          note: Number.isNaN(times) ? '' : `${times.toFixed(2)} × the bar below`,
        },
      ]
    })
    if (bars.length === 0) return []
    const svg = barChart({
      title: 'What it costs the event loop to encode a value',
      subtitle:
        'In rows of one column: row and value are checked, and the value is converted and written to a batch. ' +
        'Grey: only the part that no encoder can do without. Shorter is better.',
      caption: caption(report, mediansOf(test.trials)),
      valueName: 'time per value (ns, log scale)',
      scale: 'log',
      bars,
    })
    const ending = report.tests.length > 1 ? `-${test.rows}` : ''
    return [{ fileName: `encode-values${ending}`, svg }]
  })
}
