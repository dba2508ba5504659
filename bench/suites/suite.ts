import type { Chart } from '../charts/chart.js'
import type { SuiteReport, TestReport } from '../report/suite-report.js'

/** How much of a suite is to be run. */
export interface SuitePlan {
  /** Numbers of rows, as `--rows` gives them, or the suite's own. */
  readonly sizes: readonly number[]
  /** Names of row shapes, as `--shape` gives them, or the suite's own; ignored by suites whose rows are what they are. */
  readonly shapes: readonly string[]
  readonly trials: number
  /** Everything that takes long is cut down: figures that say that it works, and not how fast. */
  readonly isQuick: boolean
}

export interface Suite {
  readonly defaults: Pick<SuitePlan, 'sizes' | 'shapes'>
  /** What `--quick` runs. */
  readonly quick: Pick<SuitePlan, 'sizes' | 'shapes'>
  /** Yields each test as soon as it is over. */
  run(plan: SuitePlan): AsyncGenerator<TestReport>
  /** What there is to see in a report of this suite, as far as it has been run. */
  charts(report: SuiteReport): readonly Chart[]
}
