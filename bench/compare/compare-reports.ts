import type { FigureDefinition } from '../report/suite-report.js'
import { type FoundContender, findContenders } from './find-contenders.js'
import { type Judgement, judge } from './judge.js'
import type { ComparableReport } from './read-report.js'

/** What became of a figure of a contender from one report to the other. */
export interface Change
  extends Judgement,
    Pick<FoundContender, 'label' | 'test' | 'rows' | 'contender' | 'isOurs'> {
  readonly figure: FigureDefinition
  readonly figureKey: string
}

/** A contender, or a figure of one, that is in one of the reports only. */
export interface Missing {
  readonly label: string
  readonly isOurs: boolean
}

export interface Comparison {
  /** In the order of the later report. */
  readonly changes: readonly Change[]
  readonly missingAfter: readonly Missing[]
  readonly missingBefore: readonly Missing[]
}

/** Compares what two runs of a suite have in common, and tells what they have not. */
export function compareReports(before: ComparableReport, after: ComparableReport): Comparison {
  const earlier = findContenders(before)
  const later = findContenders(after)
  return {
    changes: [...later].flatMap(([key, contender]) => compareFigures(earlier.get(key), contender)),
    missingAfter: findMissing(earlier, later),
    missingBefore: findMissing(later, earlier),
  }
}

function compareFigures(before: FoundContender | undefined, after: FoundContender): Change[] {
  const { figures, ...contender } = after
  return [...figures].flatMap(([figureKey, { definition, values }]) => {
    const earlier = before?.figures.get(figureKey)
    if (earlier === undefined) return []
    return [
      {
        ...contender,
        figure: definition,
        figureKey,
        ...judge(earlier.values, values, definition.better),
      },
    ]
  })
}

/** Those of the first that the second has not: contenders as such, and figures of contenders that both have. */
function findMissing(
  contenders: ReadonlyMap<string, FoundContender>,
  others: ReadonlyMap<string, FoundContender>,
): Missing[] {
  return [...contenders].flatMap(([key, { label, isOurs, figures }]) => {
    const other = others.get(key)
    if (other === undefined) return [{ label, isOurs }]
    const missing = [...figures.keys()].filter((figureKey) => !other.figures.has(figureKey))
    return missing.map((figureKey) => ({ label: `${label}, ${figureKey}`, isOurs }))
  })
}
