import type { OnConflict } from '../../protocol/requests.js'

/** A row's value of one unique constraint, where another row has it too. Rows and values are given by ordinals. */
export interface Claim {
  /** The row. */
  readonly ordinal: number
  /** The value: the first row that has it. */
  readonly value: number
  /**
   * Who of the table has it: none, a row whose key is that of the first row named, or `untouched`, a row whose key no
   * row of the call has.
   */
  readonly holder: number | undefined
}

export const untouched = -1

export interface RowOutcome {
  readonly ordinal: number
  readonly kind: 'rejected' | 'ignored' | 'superseded' | 'updates'
  /** For `rejected`: which constraint, and the row of the call that has the value, if it is one of them. */
  readonly constraint?: number
  readonly other?: number
}

export interface Resolved {
  readonly outcomes: readonly RowOutcome[]
  /** Rows that update, those that are superseded included. */
  readonly updated: number
}

/** A row of the table as it comes to be: one that is there, or one that is inserted. */
interface Entity {
  readonly isOld: boolean
  /** Value of each constraint, as far as others claim it. */
  readonly values: (number | undefined)[]
  /** The row of the call that it is made of. */
  winner: number | undefined
}

/**
 * Decides between rows that share values of several unique constraints, in their order, as if each were a statement of its
 * own: whether a row is good depends on all before it, since a rejected row takes no value.
 *
 * @param claims - For each constraint, in the order of the rows. With `hasKey`, the first constraint is the key that `onConflict`
 * is about.
 */
export function resolveConflicts(
  claims: readonly (readonly Claim[])[],
  hasKey: boolean,
  onConflict: OnConflict,
): Resolved {
  const holders = claims.map(() => new Map<number, Entity>())
  addOldEntities(claims, holders)
  const outcomes: RowOutcome[] = []
  let updated = 0
  for (const [ordinal, row] of rowsOf(claims)) {
    const held = row.map((value, constraint) =>
      value === undefined ? undefined : holders[constraint]?.get(value),
    )
    const current = hasKey && onConflict !== 'error' ? held[0] : undefined
    if (current !== undefined && onConflict === 'ignore') {
      outcomes.push({ ordinal, kind: 'ignored' })
      continue
    }
    const constraint = held.findIndex((entity) => entity !== undefined && entity !== current)
    if (constraint !== -1) {
      const other = held[constraint]?.winner
      outcomes.push({ ordinal, kind: 'rejected', constraint, ...(other === undefined ? {} : { other }) })
      continue
    }
    const entity = current ?? { isOld: false, values: [], winner: undefined }
    if (current !== undefined) {
      updated++
      if (entity.winner !== undefined) outcomes.push({ ordinal: entity.winner, kind: 'superseded' })
    }
    for (const [index, value] of row.entries()) {
      const before = entity.values[index]
      if (before !== undefined) holders[index]?.delete(before)
      if (value !== undefined) holders[index]?.set(value, entity)
      entity.values[index] = value
    }
    entity.winner = ordinal
  }
  const updates = new Set(holders.flatMap((entities) => [...entities.values()].filter(({ isOld }) => isOld)))
  for (const { winner } of updates)
    if (winner !== undefined) outcomes.push({ ordinal: winner, kind: 'updates' })
  return { outcomes, updated }
}

function addOldEntities(
  claims: readonly (readonly Claim[])[],
  holders: readonly Map<number, Entity>[],
): void {
  const old = new Map<number, Entity>()
  for (const [constraint, claimsOfRule] of claims.entries()) {
    for (const { value, holder } of claimsOfRule) {
      if (holder === undefined || holders[constraint]?.has(value) === true) continue
      let entity = holder === untouched ? undefined : old.get(holder)
      if (entity === undefined) {
        entity = { isOld: true, values: [], winner: undefined }
        if (holder !== untouched) old.set(holder, entity)
      }
      entity.values[constraint] = value
      holders[constraint]?.set(value, entity)
    }
  }
}

/** The rows in their order, each with its value of every constraint. */
function* rowsOf(claims: readonly (readonly Claim[])[]): Generator<[number, (number | undefined)[]]> {
  const positions = claims.map(() => 0)
  for (;;) {
    let ordinal = Number.POSITIVE_INFINITY
    for (const [constraint, position] of positions.entries()) {
      ordinal = Math.min(ordinal, claims[constraint]?.[position]?.ordinal ?? Number.POSITIVE_INFINITY)
    }
    if (ordinal === Number.POSITIVE_INFINITY) return
    const values = claims.map((claimsOfRule, constraint) => {
      const claim = claimsOfRule[positions[constraint] ?? 0]
      if (claim?.ordinal !== ordinal) return undefined
      positions[constraint] = (positions[constraint] ?? 0) + 1
      return claim.value
    })
    yield [ordinal, values]
  }
}
