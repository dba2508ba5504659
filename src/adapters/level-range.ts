import type { KeyRange } from '../main/store/key-range.js'
import { type LevelData, toStoreKey } from './level-format.js'

/** A range as abstract-level has it. */
export interface LevelRange {
  readonly gt?: LevelData
  readonly gte?: LevelData
  readonly lt?: LevelData
  readonly lte?: LevelData
  readonly reverse?: boolean
  /** -1 is none. */
  readonly limit?: number
}

export function toKeyRange({ gt, gte, lt, lte, reverse = false, limit = -1 }: LevelRange): KeyRange {
  return {
    // Of two bounds on one side, abstract-level has the inclusive one.
    ...(gte !== undefined ? { gte: toStoreKey(gte) } : gt !== undefined && { gt: toStoreKey(gt) }),
    ...(lte !== undefined ? { lte: toStoreKey(lte) } : lt !== undefined && { lt: toStoreKey(lt) }),
    reverse,
    ...(limit >= 0 && { limit }),
  }
}

/** The part of a range that a seek leaves; undefined where the target is not in it. */
export function seekIn(range: KeyRange, target: string): KeyRange | undefined {
  const { gt, gte, lt, lte, reverse } = range
  const isAfterStart = (gt === undefined || target > gt) && (gte === undefined || target >= gte)
  const isBeforeEnd = (lt === undefined || target < lt) && (lte === undefined || target <= lte)
  if (!isAfterStart || !isBeforeEnd) return undefined
  return reverse === true ? { gt, gte, lte: target, reverse } : { gte: target, lt, lte }
}
