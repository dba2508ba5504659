import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OnConflict } from '../../../src/protocol/write-requests.js'
import {
  type OwnEntity,
  SelfReferenceResolver,
} from '../../../src/worker/constraints/self-reference-resolver.js'
import { generatedCases } from '../../support/generated-cases.js'

type Value = number | undefined

/** A row of a table with a key, another unique column, and a FOREIGN KEY to one of the two. */
interface Row {
  readonly values: readonly [key: Value, unique: Value]
  readonly parent: Value
}

interface Stored extends Row {
  readonly isOld: boolean
  readonly winner: Value
}

/** What an update of a row assigns to, of which DuckDB changes nothing in place; the key stays. */
const rewritingOf = ({ values: [, unique = 7], parent = 7 }: Row) => unique * 8 + parent

class Model {
  readonly #target: 0 | 1
  readonly #onConflict: OnConflict
  readonly #hasKey: boolean
  readonly #referredBefore: ReadonlySet<Value>
  #table: Stored[]
  readonly outcomes: object[] = []
  updated = 0

  constructor(old: readonly Row[], target: 0 | 1, hasKey: boolean, onConflict: OnConflict) {
    this.#table = old.map((row) => ({ ...row, isOld: true, winner: undefined }))
    this.#target = target
    this.#hasKey = hasKey
    this.#onConflict = onConflict
    this.#referredBefore = new Set(old.map(({ parent }) => parent))
  }

  /** Executes the statement of one row. */
  take(ordinal: number, row: Row): void {
    const current = this.#hasKey && this.#onConflict !== 'error' ? this.#holder(0, row.values[0]) : undefined
    const broken = this.#findBroken(row, current)
    if (broken !== undefined) this.outcomes.push({ ordinal, kind: 'rejected', constraint: broken })
    else if (current === undefined) this.#table.push({ ...row, isOld: false, winner: ordinal })
    else if (this.#onConflict === 'ignore') this.outcomes.push({ ordinal, kind: 'ignored' })
    else {
      this.updated++
      if (current.winner !== undefined) this.outcomes.push({ ordinal: current.winner, kind: 'superseded' })
      const changed = { ...row, isOld: current.isOld, winner: ordinal }
      this.#table = this.#table.map((other) => (other === current ? changed : other))
    }
  }

  end(): void {
    for (const { isOld, winner } of this.#table) {
      if (isOld && winner !== undefined) this.outcomes.push({ ordinal: winner, kind: 'updates' })
    }
  }

  #findBroken(row: Row, current: Stored | undefined): object | undefined {
    const parent = this.#holder(this.#target, row.parent)
    const refersToItself = parent === current && this.#onConflict === 'update'
    if (row.parent !== undefined && (parent === undefined || refersToItself)) {
      return { kind: 'orphan', index: 0 }
    }
    if (current !== undefined && this.#onConflict === 'ignore') return undefined
    if (current !== undefined && rewritingOf(current) !== rewritingOf(row) && this.#isReferred(current)) {
      return { kind: 'bound', index: 0 }
    }
    for (const index of [0, 1] as const) {
      const other = this.#holder(index, row.values[index])
      if (other !== undefined && other !== current) return { kind: 'unique', index, other: other.winner }
    }
    return undefined
  }

  #isReferred({ values }: Row): boolean {
    const value = values[this.#target]
    if (value === undefined) return false
    return this.#referredBefore.has(value) || this.#table.some(({ parent }) => parent === value)
  }

  #holder(constraint: 0 | 1, value: Value): Stored | undefined {
    return this.#table.find((row) => value !== undefined && row.values[constraint] === value)
  }
}

function resolve(
  old: readonly Row[],
  rows: readonly Row[],
  target: 0 | 1,
  hasKey: boolean,
  onConflict: OnConflict,
): SelfReferenceResolver {
  const holders = [new Map<number, OwnEntity>(), new Map<number, OwnEntity>()]
  for (const row of old) {
    const { values } = row
    // The references of rows that are there are in `referred`.
    const entity = { isOld: true, values, references: [], rewriting: rewritingOf(row), winner: undefined }
    for (const [index, value] of values.entries()) if (value !== undefined) holders[index]?.set(value, entity)
  }
  const parents = new Set(old.flatMap(({ parent }) => (parent === undefined ? [] : [parent])))
  const referred = [0, 1].map((index) => (index === target ? parents : new Set<number>()))
  const resolver = new SelfReferenceResolver({ holders, referred, targets: [target] }, hasKey, onConflict)
  resolver.resolve(
    rows.map((row, ordinal) => ({
      ordinal,
      values: [...row.values],
      references: [row.parent],
      rewriting: rewritingOf(row),
    })),
  )
  return resolver
}

/** Rows that a table with these constraints can have: each refers to one before it. */
function consistent(rows: readonly Row[], target: 0 | 1): Row[] {
  const kept: Row[] = []
  for (const row of rows) {
    const isTaken = ([0, 1] as const).some((index) =>
      kept.some(({ values }) => values[index] !== undefined && values[index] === row.values[index]),
    )
    const isOrphan = row.parent !== undefined && !kept.some(({ values }) => values[target] === row.parent)
    if (!isTaken && !isOrphan) kept.push(row)
  }
  return kept
}

const value = fc.option(fc.nat({ max: 4 }), { freq: 6, nil: undefined })
const someRows = fc.array(
  fc.record({ values: fc.tuple(value, value), parent: fc.option(fc.nat({ max: 4 }), { nil: undefined }) }),
  { maxLength: 8, size: 'max' },
)

const byOrdinal = (left: object, right: object) => JSON.stringify(left).localeCompare(JSON.stringify(right))

describe.each([
  [true, 'error'],
  [true, 'ignore'],
  [true, 'update'],
  [false, 'error'],
] as const)('with a key: %s, and %s', (hasKey, onConflict) => {
  it.each([0, 1] as const)('rows that refer to constraint %i fare as by a statement each', (target) => {
    fc.assert(
      fc.property(someRows, someRows, (before, rows) => {
        const old = consistent(before, target)
        const model = new Model(old, target, hasKey, onConflict)
        for (const [ordinal, row] of rows.entries()) model.take(ordinal, row)
        model.end()
        const { outcomes, updated } = resolve(old, rows, target, hasKey, onConflict)
        expect([...outcomes].sort(byOrdinal)).toEqual([...model.outcomes].sort(byOrdinal))
        expect(updated).toBe(model.updated)
      }),
      generatedCases(100),
    )
  })
})

describe('of rows that refer to rows of their table by its key', () => {
  const row = (key: number, unique: number, parent?: number): Row => ({ values: [key, unique], parent })
  const outcomesOf = (old: readonly Row[], rows: readonly Row[], onConflict: OnConflict) =>
    resolve(old, rows, 0, true, onConflict).outcomes

  it('one may refer to an earlier row of the call, but neither to itself nor to a later one', () => {
    expect(outcomesOf([], [row(1, 1), row(2, 2, 1), row(3, 3, 3), row(4, 4, 5), row(5, 5)], 'error')).toEqual(
      [
        { ordinal: 2, kind: 'rejected', constraint: { kind: 'orphan', index: 0 } },
        { ordinal: 3, kind: 'rejected', constraint: { kind: 'orphan', index: 0 } },
      ],
    )
  })

  it('none may refer to a rejected one', () => {
    expect(outcomesOf([row(1, 1)], [row(2, 1), row(3, 3, 2)], 'update')).toEqual([
      { ordinal: 0, kind: 'rejected', constraint: { kind: 'unique', index: 1, other: undefined } },
      { ordinal: 1, kind: 'rejected', constraint: { kind: 'orphan', index: 0 } },
    ])
  })

  it('one that others refer to is bound, until none does any more', () => {
    const rows = [row(1, 1), row(2, 2), row(3, 3, 1), row(1, 9), row(3, 3, 2), row(1, 9)]
    expect(outcomesOf([], rows, 'update')).toEqual([
      { ordinal: 3, kind: 'rejected', constraint: { kind: 'bound', index: 0 } },
      { ordinal: 2, kind: 'superseded' },
      { ordinal: 0, kind: 'superseded' },
    ])
  })

  it('one that rows of the table refer to is bound until the commit, and may be given what it has', () => {
    const old = [row(1, 1), row(2, 2), row(3, 3, 1)]
    expect(outcomesOf(old, [row(3, 3, 2), row(1, 9), row(1, 1)], 'update')).toEqual([
      { ordinal: 1, kind: 'rejected', constraint: { kind: 'bound', index: 0 } },
      { ordinal: 0, kind: 'updates' },
      { ordinal: 2, kind: 'updates' },
    ])
  })
})
