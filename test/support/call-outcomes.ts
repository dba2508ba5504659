import type { PersistenceError, Receipt, Rejection } from 'duckpaddle'

interface Rejected {
  readonly index: number
  readonly code: string
  readonly column?: string | undefined
  readonly conflictIndex?: number | undefined
}

/** What became of the rows of a call. */
interface Written {
  readonly inserted: number
  readonly updated: number
  readonly ignored: number
  readonly rejections: readonly Rejected[]
}

/**
 * What became of each call of `persist()`: the counts and rejections of its receipt, the rejection that it rejected with,
 * or the code, or what it rejected with where that has none.
 */
export async function outcomesOf(calls: Iterable<Promise<Receipt>>): Promise<unknown[]> {
  return (await Promise.allSettled(calls)).map((outcome) => {
    if (outcome.status === 'fulfilled') {
      const { inserted, updated, ignored, rejections } = outcome.value
      return { inserted, updated, ignored, rejections: rejections.map(toRejected) }
    }
    const { code, rejection }: Partial<PersistenceError> = outcome.reason
    return rejection === undefined ? (code ?? outcome.reason) : toRejected(rejection)
  })
}

/** Of a call that has inserted one row, or done what is said. */
export function written(more: Partial<Written> = {}): Written {
  return { inserted: 1, updated: 0, ignored: 0, rejections: [], ...more }
}

/** Of a row whose key `id` the table has, or an earlier row of the call. */
export function duplicate(index = 0, conflictIndex?: number): Rejected {
  return { index, code: 'duplicate-key', column: 'id', conflictIndex }
}

function toRejected({ index, code, column, conflictIndex }: Rejection): Rejected {
  return { index, code, column, conflictIndex }
}
