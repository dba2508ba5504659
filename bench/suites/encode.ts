import { encodeCharts } from '../charts/encode-charts.js'
import { columnCases, findColumnCase } from '../encode/column-cases.js'
import { median } from '../report/median.js'
import type { ContenderReport, TestReport } from '../report/suite-report.js'
import { toContenderReport } from '../report/to-contender-report.js'
import { runTrials, type Trials } from '../run-trials.js'
import type { EncodeResult } from '../tasks/encode-column.js'
import type { Suite } from './suite.js'

const names = columnCases.map(({ name }) => name)
const quickNames = [
  'BOOLEAN',
  'BIGINT from bigint',
  'DOUBLE',
  'VARCHAR, 20 ASCII',
  'JSON, 140 bytes',
  'TIMESTAMP from Date',
  'UUID',
  'NULL',
]

/** What it costs the event loop to encode a value of each column type. */
export const encode: Suite = {
  defaults: { sizes: [10_000], shapes: [] },
  quick: { sizes: [1000], shapes: [] },
  async *run({ sizes, trials, isQuick }) {
    for (const size of sizes) {
      yield toTest(size, trials, await runTrials('encodeColumn', isQuick ? quickNames : names, size, trials))
    }
  },
  charts: encodeCharts,
}

function toTest(rows: number, trials: number, all: readonly Trials<EncodeResult>[]): TestReport {
  return {
    name: 'encode a column',
    description:
      'Rows of one column are encoded into batches, again and again; each trial is the median round, in a process ' +
      "of each type's own. Then the rows are encoded once more, appended to DuckDB and read back.",
    rows,
    trials,
    figures: [
      { name: 'time per value', unit: 'ns', better: 'less', digits: 1 },
      { name: 'times baseline', unit: '', better: 'less', digits: 2 },
    ],
    contenders: all.flatMap((found) => [columnReport(found), ...baselineReport(found)]),
    remarks: all.flatMap(remark),
  }
}

function columnReport(found: Trials<EncodeResult>): ContenderReport {
  return toContenderReport(found, {
    'time per value': ({ nanosPerValue }) => nanosPerValue,
    'times baseline': ratio,
  })
}

/** The same values without the encoder, in a line of their own. */
function baselineReport({ contender, rows, results }: Trials<EncodeResult>): ContenderReport[] {
  const { baseline } = findColumnCase(contender)
  if (baseline === undefined) return []
  const alone = results.map((result) => ({ ...result, verifiedRows: null }))
  const found = { contender: `${contender}: ${baseline}`, rows, results: alone }
  return [
    toContenderReport(found, { 'time per value': ({ baselineNanosPerValue }) => baselineNanosPerValue }),
  ]
}

function ratio({ nanosPerValue, baselineNanosPerValue }: EncodeResult): number | undefined {
  return baselineNanosPerValue === undefined ? undefined : nanosPerValue / baselineNanosPerValue
}

function remark({ contender, results }: Trials<EncodeResult>): string[] {
  const { baseline } = findColumnCase(contender)
  const times = median(results.map(ratio).filter((value) => value !== undefined))
  return baseline === undefined || Number.isNaN(times)
    ? []
    : [`${contender}: ${times.toFixed(2)} times the time of ${baseline}`]
}
