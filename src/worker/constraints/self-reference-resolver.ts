import type { OnConflict } from '../../protocol/write-requests.js'

/** A row of a call, with its values by their numbers; undefined where one of its columns is NULL. */
export interface OwnRow {
  readonly ordinal: number
  /** Of each unique constraint. */
  readonly values: (number | undefined)[]
  /** Of each FOREIGN KEY to the table itself, numbered as the values of the constraint that it refers to. */
  readonly references: (number | undefined)[]
  /** All that an update of it assigns to and that DuckDB does not change in place. */
  rewriting: number | undefined
}

/** A row of the table as it comes to be: one that is there, or one that is inserted. */
export interface OwnEntity {
  readonly isOld: boolean
  values: readonly (number | undefined)[]
  references: readonly (number | undefined)[]
  rewriting: number | undefined
  /** The row of the call that it is made of. */
  winner: number | undefined
}

export interface OwnTable {
  /** For each unique constraint, who has which value. */
  readonly holders: readonly Map<number, OwnEntity>[]
  /** For each unique constraint, the values that rows of the table refer to, or did when the transaction began. */
  readonly referred: readonly ReadonlySet<number>[]
  /** For each FOREIGN KEY, the unique constraint that it refers to. */
  readonly targets: readonly number[]
}

export type SelfReferenceConstraint =
  | { readonly kind: 'unique'; readonly index: number; readonly other: number | undefined }
  | { readonly kind: 'orphan' | 'bound'; readonly index: number }

/** What becomes of a row that is not simply inserted. */
export type SelfReferenceOutcome =
  | { readonly ordinal: number; readonly kind: 'ignored' | 'superseded' | 'updates' }
  | { readonly ordinal: number; readonly kind: 'rejected'; readonly constraint: SelfReferenceConstraint }

/**
 * Decides about the rows of a table that refers to itself, in their order, as if each were a statement of its own: a row
 * may refer to one that an earlier row has inserted, and one that is referred to may not be rewritten.
 */
export class SelfReferenceResolver {
  readonly #table: OwnTable
  readonly #onConflict: OnConflict
  readonly #hasKey: boolean
  /** For each unique constraint, how many rows of the call refer to a value. */
  readonly #counts: readonly Map<number, number>[]
  readonly #touched = new Set<OwnEntity>()
  readonly outcomes: SelfReferenceOutcome[] = []
  updated = 0

  constructor(table: OwnTable, hasKey: boolean, onConflict: OnConflict) {
    this.#table = table
    this.#hasKey = hasKey
    this.#onConflict = onConflict
    this.#counts = table.holders.map(() => new Map())
  }

  resolve(rows: Iterable<OwnRow>): void {
    for (const row of rows) this.#take(row)
    for (const { isOld, winner } of this.#touched) {
      if (isOld && winner !== undefined) this.outcomes.push({ ordinal: winner, kind: 'updates' })
    }
  }

  #take(row: OwnRow): void {
    const { ordinal } = row
    const held = row.values.map((value, constraint) => this.#holder(constraint, value))
    const current = this.#hasKey && this.#onConflict !== 'error' ? held[0] : undefined
    const constraint = this.#findBroken(row, held, current)
    if (constraint !== undefined) this.outcomes.push({ ordinal, kind: 'rejected', constraint })
    else if (current !== undefined && this.#onConflict === 'ignore') {
      this.outcomes.push({ ordinal, kind: 'ignored' })
    } else this.#write(row, current)
  }

  /** @param held - For each unique constraint, who has the row's value. */
  #findBroken(
    { references, rewriting }: OwnRow,
    held: readonly (OwnEntity | undefined)[],
    current: OwnEntity | undefined,
  ): SelfReferenceConstraint | undefined {
    const orphan = references.findIndex((value, index) => this.#isOrphan(index, value, current))
    if (orphan !== -1) return { kind: 'orphan', index: orphan }
    if (current !== undefined && this.#onConflict === 'ignore') return undefined
    if (current !== undefined && current.rewriting !== rewriting) {
      const bound = this.#findReference(current)
      if (bound !== -1) return { kind: 'bound', index: bound }
    }
    const index = held.findIndex((entity) => entity !== undefined && entity !== current)
    return index === -1 ? undefined : { kind: 'unique', index, other: held[index]?.winner }
  }

  #holder(constraint: number, value: number | undefined): OwnEntity | undefined {
    return value === undefined ? undefined : this.#table.holders[constraint]?.get(value)
  }

  /** A row that refers to itself does so to one that is not there yet, or is deleted to be inserted again. */
  #isOrphan(index: number, value: number | undefined, current: OwnEntity | undefined): boolean {
    if (value === undefined) return false
    const parent = this.#holder(this.#table.targets[index] ?? 0, value)
    return parent === undefined || (parent === current && this.#onConflict === 'update')
  }

  /** The FOREIGN KEY by which another row refers to this one; -1 where none does. */
  #findReference({ values }: OwnEntity): number {
    return this.#table.targets.findIndex((constraint) => {
      const value = values[constraint]
      if (value === undefined) return false
      return (
        this.#table.referred[constraint]?.has(value) === true ||
        (this.#counts[constraint]?.get(value) ?? 0) > 0
      )
    })
  }

  #write(row: OwnRow, current: OwnEntity | undefined): void {
    const { ordinal, values, references, rewriting } = row
    const { holders } = this.#table
    const entity = current ?? { isOld: false, values: [], references: [], rewriting, winner: undefined }
    if (current !== undefined) {
      this.updated++
      if (entity.winner !== undefined) this.outcomes.push({ ordinal: entity.winner, kind: 'superseded' })
    }
    this.#count(entity.references, -1)
    this.#count(references, 1)
    for (const [constraint, held] of holders.entries()) {
      const [before, after] = [entity.values[constraint], values[constraint]]
      if (before !== undefined) held.delete(before)
      if (after !== undefined) held.set(after, entity)
    }
    Object.assign(entity, { values, references, rewriting, winner: ordinal })
    this.#touched.add(entity)
  }

  #count(references: readonly (number | undefined)[], change: 1 | -1): void {
    for (const [index, value] of references.entries()) {
      const counts = this.#counts[this.#table.targets[index] ?? 0]
      if (value !== undefined) counts?.set(value, (counts.get(value) ?? 0) + change)
    }
  }
}
