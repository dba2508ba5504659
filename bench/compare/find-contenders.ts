import { Misuse } from '../misuse.js'
import { isOurs } from '../report/is-ours.js'
import type { FigureDefinition } from '../report/suite-report.js'
import type { ComparableReport } from './read-report.js'

/** A contender of a test, with those of its figures of which less or more is better. */
export interface FoundContender {
  /** `load, 1500 rows: duckpaddle` */
  readonly label: string
  readonly test: string
  /** What it wrote: fewer than the test's where it is slow. */
  readonly rows: number
  readonly contender: string
  readonly isOurs: boolean
  /** By name and unit. */
  readonly figures: ReadonlyMap<string, FoundFigure>
}

interface FoundFigure {
  readonly definition: FigureDefinition & { readonly better: 'less' | 'more' }
  readonly values: readonly number[]
}

/**
 * The contenders of a report by what makes two of them comparable: the test, its number of rows and the contender's.
 *
 * @throws Misuse if there are two of them.
 */
export function findContenders({ suite, tests }: ComparableReport): Map<string, FoundContender> {
  const all = new Map<string, FoundContender>()
  for (const test of tests) {
    for (const found of test.contenders) {
      const { contender, rows, values } = found
      const key = JSON.stringify([test.name, test.rows, contender, rows])
      const label = `${test.name}, ${rows} rows: ${contender}`
      if (all.has(key)) throw new Misuse(`Expected a report of ${suite} to have ${label} once, got it twice`)
      const figures = new Map(test.figures.flatMap((definition) => findFigure(definition, values)))
      all.set(key, { label, test: test.name, rows, contender, isOurs: isOurs(found, suite), figures })
    }
  }
  return all
}

function findFigure(
  definition: FigureDefinition,
  valuesOf: Readonly<Record<string, readonly number[]>>,
): [key: string, figure: FoundFigure][] {
  const { name, unit, better } = definition
  const values = valuesOf[name] ?? []
  if (better === 'neither' || values.length === 0) return []
  return [[unit === '' ? name : `${name} (${unit})`, { definition: { ...definition, better }, values }]]
}
