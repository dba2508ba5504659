import type { GroupedRange, OnConflict } from '../../protocol/write-requests.js'
import { ConflictUndo } from './conflict-undo.js'
import { type Claim, type Entity, rowsOf, untouched } from './row-claims.js'

export interface RowOutcome {
  readonly ordinal: number
  readonly kind: 'rejected' | 'ignored' | 'superseded' | 'updates' | 'withdrawn'
  /** For `rejected`: which constraint, and the row of the call that has the value, if it is one of them. */
  readonly constraint?: number
  readonly other?: number
  /** For `updates`: the row that is there, as its claims name it; absent where they do not. */
  readonly holder?: number
}

/** How many rows of a call have which outcome; `updated` are those that update, those that are superseded included. */
export interface ResolvedCall {
  readonly updated: number
  readonly ignored: number
  readonly rejected: number
  readonly isWithdrawn: boolean
}

export interface Resolved {
  readonly outcomes: readonly RowOutcome[]
  /** In their order. */
  readonly calls: readonly ResolvedCall[]
}

/** Rows that share values of unique constraints, and who decides about them. */
export interface Conflicts {
  /** For each constraint, in the order of the rows. */
  readonly claims: readonly (readonly Claim[])[]
  /** Whether the first constraint is the key that `onConflict` is about. */
  readonly hasKey: boolean
  /** Without gaps between their rows. */
  readonly calls: readonly GroupedRange[]
  /** The rows, in their order, that are rejected whatever their values are, and so take none. */
  readonly broken: readonly number[]
}

/** All rows, none of which waits for another: nothing is taken back. */
export function oneCall(onConflict: OnConflict): GroupedRange {
  const rows = Number.POSITIVE_INFINITY
  return { firstRow: 0, rows, isAllOrNothing: false, isGivenUp: false, onConflict }
}

/**
 * Decides between rows that share values of unique constraints, in their order, as if each were a statement of its own:
 * whether a row is good depends on all before it, since a rejected row takes no value. A call that must not be written
 * leaves everything as it was before it.
 */
export function resolveConflicts(conflicts: Conflicts): Resolved {
  const resolver = new ConflictResolver(conflicts)
  return resolver.resolve()
}

class ConflictResolver {
  readonly #conflicts: Conflicts
  /** Who has which value of each constraint. */
  readonly #holders: readonly Map<number, Entity>[]
  #outcomes: RowOutcome[] = []
  #counts = { updated: 0, ignored: 0, rejected: 0 }
  /** Of the present call, where it may be withdrawn. */
  #undo: ConflictUndo | undefined

  constructor(conflicts: Conflicts) {
    this.#conflicts = conflicts
    this.#holders = conflicts.claims.map(() => new Map())
    this.#addOldEntities()
  }

  resolve(): Resolved {
    const { claims, calls, broken } = this.#conflicts
    const rows = rowsOf(claims, broken)
    let next = rows.next()
    const resolved: ResolvedCall[] = []
    for (const call of calls) {
      const outcomes = this.#outcomes.length
      const mayBeWithdrawn = call.isAllOrNothing || call.isGivenUp
      this.#undo = mayBeWithdrawn ? new ConflictUndo() : undefined
      this.#counts = { updated: 0, ignored: 0, rejected: 0 }
      for (; next.done !== true && next.value.ordinal < call.firstRow + call.rows; next = rows.next()) {
        const hasFailed = call.isAllOrNothing && this.#counts.rejected > 0
        if (hasFailed) continue
        const { ordinal, values } = next.value
        if (values === undefined) this.#counts.rejected++
        else this.#resolveRow(ordinal, values, call)
      }
      const isWithdrawn = call.isGivenUp || (call.isAllOrNothing && this.#counts.rejected > 0)
      if (isWithdrawn) this.#withdraw(call, outcomes)
      resolved.push({ ...this.#counts, isWithdrawn })
    }
    this.#addUpdates()
    return { outcomes: this.#outcomes, calls: resolved }
  }

  #resolveRow(ordinal: number, row: readonly (number | undefined)[], call: GroupedRange): void {
    const { hasKey } = this.#conflicts
    const held = row.map((value, constraint) =>
      value === undefined ? undefined : this.#holders[constraint]?.get(value),
    )
    const current = hasKey && call.onConflict !== 'error' ? held[0] : undefined
    if (current !== undefined && call.onConflict === 'ignore') {
      this.#outcomes.push({ ordinal, kind: 'ignored' })
      this.#counts.ignored++
      return
    }
    const constraint = held.findIndex((entity) => entity !== undefined && entity !== current)
    if (constraint !== -1) {
      const winner = held[constraint]?.winner
      // To the caller, what a call before has written is in the table.
      const other = winner === undefined || winner < call.firstRow ? {} : { other: winner }
      this.#outcomes.push({ ordinal, kind: 'rejected', constraint, ...other })
      this.#counts.rejected++
      return
    }
    this.#take(ordinal, row, current)
  }

  /** The row becomes the one that has its key, or a new one. */
  #take(ordinal: number, row: readonly (number | undefined)[], current: Entity | undefined): void {
    const entity: Entity = current ?? { holder: undefined, isOld: false, values: [], winner: undefined }
    this.#undo?.recordEntity(entity)
    if (current !== undefined) {
      this.#counts.updated++
      if (entity.winner !== undefined) this.#outcomes.push({ ordinal: entity.winner, kind: 'superseded' })
    }
    for (const [index, value] of row.entries()) {
      const before = entity.values[index]
      if (before !== undefined) this.#setHolder(index, before, undefined)
      if (value !== undefined) this.#setHolder(index, value, entity)
      entity.values[index] = value
    }
    entity.winner = ordinal
  }

  #setHolder(constraint: number, value: number, entity: Entity | undefined): void {
    const holders = this.#holders[constraint]
    if (holders === undefined) return
    this.#undo?.recordHolder(holders, value)
    if (entity === undefined) holders.delete(value)
    else holders.set(value, entity)
  }

  /** @param outcomes - How many there were before the call. */
  #withdraw({ firstRow, rows }: GroupedRange, outcomes: number): void {
    this.#undo?.undo()
    // What is wrong with it is still to be reported.
    const rejected = this.#outcomes.slice(outcomes).filter(({ kind }) => kind === 'rejected')
    const known = new Set([...rejected.map(({ ordinal }) => ordinal), ...this.#conflicts.broken])
    this.#outcomes.length = outcomes
    this.#outcomes.push(...rejected)
    for (let ordinal = firstRow; ordinal < firstRow + rows; ordinal++) {
      if (!known.has(ordinal)) this.#outcomes.push({ ordinal, kind: 'withdrawn' })
    }
  }

  /** The rows that take the place of one that is there. */
  #addUpdates(): void {
    const old = this.#holders.flatMap((entities) => [...entities.values()].filter(({ isOld }) => isOld))
    for (const { winner, holder } of new Set(old)) {
      if (winner === undefined) continue
      this.#outcomes.push({
        ordinal: winner,
        kind: 'updates',
        ...(holder === undefined ? {} : { holder }),
      })
    }
  }

  #addOldEntities(): void {
    const old = new Map<number, Entity>()
    for (const [constraint, claims] of this.#conflicts.claims.entries()) {
      const holders = this.#holders[constraint]
      for (const { value, holder } of claims) {
        if (holder === undefined || holders?.has(value) === true) continue
        const isKnown = holder !== untouched
        const entity = (isKnown ? old.get(holder) : undefined) ?? {
          holder: isKnown ? holder : undefined,
          isOld: true,
          values: [],
          winner: undefined,
        }
        if (isKnown) old.set(holder, entity)
        entity.values[constraint] = value
        holders?.set(value, entity)
      }
    }
  }
}
