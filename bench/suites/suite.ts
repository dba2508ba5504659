import type { Chart } from '../charts/render-chart.js'
import { median } from '../report/statistics.js'
import type { ContenderReport, FigureDefinition, SuiteReport, TestReport } from '../report/suite-report.js'
import { runTrials, type Trials } from '../run-trials.js'
import type { TrialOptions } from '../tasks/task.js'
import type { TaskName } from '../trial.js'

/** How much of a suite is to be run. */
export interface SuitePlan {
  /** Numbers of rows, as `--rows` gives them, or the suite's own. */
  readonly sizes: readonly number[]
  /** Names of row shapes, as `--shape` gives them, or the suite's own; ignored by suites whose rows are what they are. */
  readonly shapes: readonly string[]
  readonly trials: number
  /** How long callers call, as `--seconds` gives it; only `small` has some. */
  readonly seconds?: number | undefined
  /** What is in the name of the tests to run, as `--only` gives it; only `small` heeds it. Empty for all. */
  readonly only: string
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
  charts?(report: SuiteReport): readonly Chart[]
}

export interface TestPlan extends Pick<TestReport, 'name' | 'description' | 'figures' | 'trials'> {
  readonly task: TaskName
  readonly contenders: readonly string[]
  /** As the task is given it. */
  readonly size: number
  /** Rows that every contender writes, where it is not the size. */
  readonly rows?: number
  /** What the task is told besides. */
  readonly options?: TrialOptions
}

/** Figures of one kind. */
export function figures(
  better: FigureDefinition['better'],
  unit: string,
  digits: number,
  ...names: readonly string[]
): FigureDefinition[] {
  return names.map((name) => ({ name, unit, better, digits }))
}

type Remarks = (test: TestReport, all: readonly Trials[]) => readonly string[]

/** Has contenders do the same, and reports it. */
export async function runTest(plan: TestPlan, remarks?: Remarks): Promise<TestReport> {
  const { task, contenders, size, trials, options } = plan
  return toTest(plan, await runTrials(task, contenders, size, trials, options), remarks)
}

export function toTest(
  { name, description, size, rows, trials, figures }: Omit<TestPlan, 'task' | 'contenders'>,
  all: readonly Trials[],
  remarks: Remarks = () => [],
): TestReport {
  const contenders = all.map((found) => toContender({ ...found, rows: rows ?? found.rows }, figures))
  const test = { name, description, rows: rows ?? size, trials, figures, contenders, remarks: [] }
  return { ...test, remarks: remarks(test, all) }
}

/** Sums the trials of a contender up. */
function toContender(
  { contender, rows, results }: Trials,
  figures: readonly FigureDefinition[],
): ContenderReport {
  const values = figures.map(
    ({ name }) => [name, results.flatMap(({ values }) => values[name] ?? [])] as const,
  )
  const timeOf = ({ values }: Trials['results'][number]) => values['time to write'] ?? 0
  const byTime = results.toSorted((a, b) => timeOf(a) - timeOf(b))
  const timelines = byTime[Math.floor((results.length - 1) / 2)]?.timelines
  return {
    contender,
    rows,
    verifiedRows: results.flatMap(({ verifiedRows }) => verifiedRows ?? []),
    values: Object.fromEntries(values.filter(([, found]) => found.length > 0)),
    ...(timelines && { timelines }),
  }
}

/**
 * What became of something as rounds went by, a line that is read from left to right: `file (MiB) after rounds
 * 0: 1.2, 20: 1.3, ...`
 *
 * @param series - The name of it in the results of the trials.
 * @param rounds - How many there were in all.
 */
export function byRounds(
  label: string,
  series: string,
  all: readonly Trials[],
  rounds: number,
  digits: number,
): string {
  const trials = all.flatMap(({ results }) => results.map((result) => result.series?.[series] ?? []))
  const texts = (trials[0] ?? []).flatMap((_, index) => {
    const values = trials.flatMap((values) => values[index] ?? [])
    return values.length === 0 ? [] : [`${(index * rounds) / 10}: ${median(values).toFixed(digits)}`]
  })
  return `${label} after rounds ${texts.join(', ')}`
}
