import { checkNumber, ownOptions } from '../contract/check-option.js'
import { describeValue } from '../contract/describe-value.js'

/**
 * Which keys are meant, and in which order. Keys are compared by their UTF-16 code units, as `<` compares strings. What
 * is given of `prefix` and the bounds must all be true of a key; bounds that contradict each other leave none.
 */
export interface KeyRange {
  /** What the keys begin with; every key begins with `''`. */
  readonly prefix?: string | undefined
  /** Greater than this. */
  readonly gt?: string | undefined
  /** Greater than or equal to this. */
  readonly gte?: string | undefined
  /** Less than this. */
  readonly lt?: string | undefined
  /** Less than or equal to this. */
  readonly lte?: string | undefined
  /**
   * Begins with the greatest key.
   *
   * @defaultValue false
   */
  readonly reverse?: boolean | undefined
  /**
   * How many keys at most, the first ones in the order that is asked for.
   *
   * Minimum: 0.
   *
   * @defaultValue no limit
   */
  readonly limit?: number | undefined
}

export interface Bound {
  readonly key: string
  readonly isIncluded: boolean
}

export interface ResolvedRange {
  /** The bounds that all of the options come to; undefined where there is none. */
  readonly lower: Bound | undefined
  readonly upper: Bound | undefined
  readonly isReverse: boolean
  /** May be infinite. */
  readonly limit: number
}

const names = ['prefix', 'gt', 'gte', 'lt', 'lte', 'reverse', 'limit']

/** @throws TypeError or RangeError for an option of the wrong type or size. */
export function resolveRange(range: KeyRange): ResolvedRange {
  const { prefix, gt, gte, lt, lte, reverse = false, limit } = ownOptions('the range', range, names)
  for (const [name, bound] of Object.entries({ prefix, gt, gte, lt, lte })) checkBound(name, bound)
  if (typeof reverse !== 'boolean') {
    throw new TypeError(`Expected \`reverse\` to be a boolean, got ${describeValue(reverse)}`)
  }
  checkNumber('limit', limit, 0, true)
  const lower = [toBound(gte, true), toBound(prefix, true), toBound(gt, false)]
  const upper = [toBound(lte, true), toBound(endOfPrefix(prefix), false), toBound(lt, false)]
  return {
    lower: tightest(lower, (one, other) => one > other),
    upper: tightest(upper, (one, other) => one < other),
    isReverse: reverse,
    limit: limit ?? Number.POSITIVE_INFINITY,
  }
}

/** Options that come to the same, which JSON holds. */
export function toKeyRange({ lower, upper, isReverse, limit }: ResolvedRange): KeyRange {
  return {
    ...(lower && { [lower.isIncluded ? 'gte' : 'gt']: lower.key }),
    ...(upper && { [upper.isIncluded ? 'lte' : 'lt']: upper.key }),
    reverse: isReverse,
    ...(Number.isFinite(limit) && { limit }),
  }
}

/** Whether a key is in the range, whatever its limit. */
export function isInRange(key: string, { lower, upper }: ResolvedRange): boolean {
  return !isBelow(key, lower) && !isAbove(key, upper)
}

export function isBelow(key: string, bound: Bound | undefined): boolean {
  return bound !== undefined && (key < bound.key || (key === bound.key && !bound.isIncluded))
}

export function isAbove(key: string, bound: Bound | undefined): boolean {
  return bound !== undefined && (key > bound.key || (key === bound.key && !bound.isIncluded))
}

/** A bound may be what no key is: with a lone surrogate. */
function checkBound(name: string, bound: unknown): void {
  if (bound === undefined || typeof bound === 'string') return
  throw new TypeError(`Expected \`${name}\` to be a string, got ${describeValue(bound)}`)
}

function toBound(key: string | undefined, isIncluded: boolean): Bound | undefined {
  return key === undefined ? undefined : { key, isIncluded }
}

/** Of the bounds on one side, the one that leaves least; of the same key, one that leaves that out. */
function tightest(
  bounds: readonly (Bound | undefined)[],
  isTighter: (one: string, other: string) => boolean,
): Bound | undefined {
  let found: Bound | undefined
  for (const bound of bounds) {
    if (bound === undefined) continue
    const isFirst = found === undefined || isTighter(bound.key, found.key)
    if (isFirst || (bound.key === found?.key && !bound.isIncluded)) found = bound
  }
  return found
}

/** The least string that is greater than all with the prefix; undefined where there is none: all units are the last. */
function endOfPrefix(prefix: string | undefined): string | undefined {
  const significant = prefix?.replace(/\uffff+$/, '') ?? ''
  if (significant === '') return undefined
  const last = significant.length - 1
  return significant.slice(0, last) + String.fromCharCode(significant.charCodeAt(last) + 1)
}
