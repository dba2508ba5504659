import { Misuse } from '../arguments.js'
import { figureHeading } from '../report/print-report.js'
import { type FigureDefinition, isOurs } from '../report/suite-report.js'
import { type Judgement, judge } from './judge.js'
import type { ComparableReport } from './read-report.js'

/** What became of a figure of a contender from one report to the other. */
export interface Change extends Judgement, Omit<Found, 'values'> {}

/** A contender, or a figure of one, that is in one of the reports only. */
type Missing = Pick<Found, 'label' | 'isOurs'>

export interface Comparison {
  /** In the order of the later report. */
  readonly changes: readonly Change[]
  readonly missingAfter: readonly Missing[]
  readonly missingBefore: readonly Missing[]
}

/** A figure of a contender of a test, of which less or more is better. */
interface Found {
  /** `load, 1500 rows: duckpaddle` */
  readonly label: string
  readonly test: string
  /** What it wrote: fewer than the test's where it is slow. */
  readonly rows: number
  readonly contender: string
  readonly isOurs: boolean
  readonly figure: FigureDefinition
  readonly values: readonly number[]
}

/** By what makes two of a kind comparable: the test, its number of rows and the contender's; and its figures by name. */
type Contenders = ReadonlyMap<string, Missing & { readonly figures: ReadonlyMap<string, Found> }>

/** Compares what two runs of a suite have in common, and finds what they have not. */
export function compareReports(before: ComparableReport, after: ComparableReport): Comparison {
  const [earlier, later] = [findContenders(before), findContenders(after)]
  const changes = [...later].flatMap(([key, { figures }]) =>
    [...figures].flatMap(([name, { values, ...found }]) => {
      const from = earlier.get(key)?.figures.get(name)?.values
      return from === undefined ? [] : [{ ...found, ...judge(from, values, found.figure.better) }]
    }),
  )
  return {
    changes,
    missingAfter: findMissing(earlier, later),
    missingBefore: findMissing(later, earlier),
  }
}

/** @throws Misuse if there are two of a kind. */
function findContenders({ suite, tests }: ComparableReport): Contenders {
  const all = new Map<string, Missing & { figures: ReadonlyMap<string, Found> }>()
  for (const test of tests) {
    for (const found of test.contenders) {
      const { contender, rows } = found
      const key = JSON.stringify([test.name, test.rows, contender, rows])
      const label = `${test.name}, ${rows} rows: ${contender}`
      if (all.has(key)) throw new Misuse(`Expected a report of ${suite} to have ${label} once, got it twice`)
      const common = { label, test: test.name, rows, contender, isOurs: isOurs(found, suite) }
      const figures = test.figures
        .map((figure) => ({ ...common, figure, values: found.values[figure.name] ?? [] }))
        .filter(({ figure, values }) => figure.better !== 'neither' && values.length > 0)
      all.set(key, {
        ...common,
        figures: new Map(figures.map((figure) => [figureHeading(figure.figure), figure])),
      })
    }
  }
  return all
}

/** Those of the first that the second has not: contenders as such, and figures of contenders that both have. */
function findMissing(contenders: Contenders, others: Contenders): Missing[] {
  return [...contenders].flatMap(([key, { label, isOurs, figures }]) => {
    const other = others.get(key)
    if (other === undefined) return [{ label, isOurs }]
    const missing = [...figures.keys()].filter((name) => !other.figures.has(name))
    return missing.map((name) => ({ label: `${label}, ${name}`, isOurs }))
  })
}
