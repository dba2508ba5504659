/** A row's value of one unique constraint, where another row has it too. Rows and values are given by ordinals. */
export interface Claim {
  /** The row. */
  readonly ordinal: number
  /** The value: the first row that has it. */
  readonly value: number
  /**
   * Who of the table has it: none, or a row by a number that no other one has, or `untouched`, a row that no row which
   * is written can take the place of.
   */
  readonly holder: number | undefined
}

export const untouched = -1

/** A row of the table as it comes to be: one that is there, or one that is inserted. */
export interface Entity {
  readonly isOld: boolean
  /** What the claims name it by, if it is there and they do. */
  readonly holder: number | undefined
  /** Value of each constraint, as far as others claim it. */
  values: (number | undefined)[]
  /** The row to be written that it is made of. */
  winner: number | undefined
}

/** A row to be decided about. */
export interface ClaimingRow {
  readonly ordinal: number
  /** Its value of every constraint; undefined where it is broken, and takes none. */
  readonly values: readonly (number | undefined)[] | undefined
}

/** The rows in their order. */
export function* rowsOf(
  claims: readonly (readonly Claim[])[],
  broken: readonly number[],
): Generator<ClaimingRow> {
  const positions = claims.map(() => 0)
  let brokenBefore = 0
  for (;;) {
    const nextBroken = broken[brokenBefore] ?? Number.POSITIVE_INFINITY
    let ordinal = nextBroken
    for (const [constraint, position] of positions.entries()) {
      ordinal = Math.min(ordinal, claims[constraint]?.[position]?.ordinal ?? Number.POSITIVE_INFINITY)
    }
    if (ordinal === Number.POSITIVE_INFINITY) return
    if (ordinal === nextBroken) {
      brokenBefore++
      yield { ordinal, values: undefined }
      continue
    }
    const values = claims.map((claimsOfConstraint, constraint) => {
      const claim = claimsOfConstraint[positions[constraint] ?? 0]
      if (claim?.ordinal !== ordinal) return undefined
      positions[constraint] = (positions[constraint] ?? 0) + 1
      return claim.value
    })
    yield { ordinal, values }
  }
}
