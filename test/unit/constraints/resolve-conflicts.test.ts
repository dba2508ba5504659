import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { OnConflict } from '../../../src/protocol/requests.js'
import {
  type Claim,
  type RowOutcome,
  resolveConflicts,
  untouched,
} from '../../../src/worker/constraints/resolve-conflicts.js'

/** A row's value of each unique constraint; with a key, that is the first one. */
type Values = readonly (number | null)[]

/** What rows are to become, found by one statement after the other. */
function resolveRowByRow(
  old: readonly Values[],
  rows: readonly Values[],
  hasKey: boolean,
  onConflict: OnConflict,
) {
  const table = old.map((values) => ({ values, isOld: true, winner: undefined as number | undefined }))
  const outcomes: RowOutcome[] = []
  let updated = 0
  for (const [ordinal, values] of rows.entries()) {
    const held = values.map((value, constraint) =>
      table.find((other) => value !== null && other.values[constraint] === value),
    )
    const [holder] = held
    const isAboutKey = hasKey && onConflict !== 'error' && holder !== undefined
    const broken = held.findIndex((other) => other !== undefined && !(isAboutKey && other === holder))
    if (isAboutKey && onConflict === 'ignore') outcomes.push({ ordinal, kind: 'ignored' })
    else if (broken !== -1) {
      const other = held[broken]?.winner
      outcomes.push({
        ordinal,
        kind: 'rejected',
        constraint: broken,
        ...(other === undefined ? {} : { other }),
      })
    } else if (isAboutKey) {
      updated++
      if (holder.winner !== undefined) outcomes.push({ ordinal: holder.winner, kind: 'superseded' })
      Object.assign(holder, { values, winner: ordinal })
    } else table.push({ values, isOld: false, winner: ordinal })
  }
  for (const { isOld, winner } of table) {
    if (isOld && winner !== undefined) outcomes.push({ ordinal: winner, kind: 'updates' })
  }
  return { outcomes, updated }
}

/** The claims of rows, as the worker reads them from its tables. */
function claimsOf(old: readonly Values[], rows: readonly Values[], hasKey: boolean): Claim[][] {
  const firstWith = (constraint: number, value: number) => rows.findIndex((row) => row[constraint] === value)
  return (rows[0] ?? []).map((_, constraint) =>
    rows.flatMap((row, ordinal) => {
      const value = row[constraint]
      if (typeof value !== 'number') return []
      const isShared = rows.filter((other) => other[constraint] === value).length > 1
      const holder = old.find((other) => other[constraint] === value)
      if (!isShared && holder === undefined) return []
      const key = hasKey ? holder?.[0] : undefined
      const owner = typeof key === 'number' ? firstWith(0, key) : untouched
      return [
        { ordinal, value: firstWith(constraint, value), holder: holder === undefined ? undefined : owner },
      ]
    }),
  )
}

/** Keeps those rows that share no value with one before. */
function distinct(rows: readonly Values[]): Values[] {
  const kept: Values[] = []
  for (const row of rows) {
    const isTaken = kept.some((other) => row.some((value, index) => value !== null && value === other[index]))
    if (!isTaken) kept.push(row)
  }
  return kept
}

const byOrdinal = (left: RowOutcome, right: RowOutcome) => left.ordinal - right.ordinal

/** Resolves the same rows in both ways, and expects the same. */
function expectRowByRow(
  old: readonly Values[],
  rows: readonly Values[],
  hasKey: boolean,
  onConflict: OnConflict,
) {
  const resolved = resolveConflicts(claimsOf(old, rows, hasKey), hasKey, onConflict)
  const expected = resolveRowByRow(old, rows, hasKey, onConflict)
  expect(resolved.updated).toBe(expected.updated)
  expect([...resolved.outcomes].sort(byOrdinal)).toEqual([...expected.outcomes].sort(byOrdinal))
  return resolved
}

describe.each([
  [true, 'error'],
  [true, 'ignore'],
  [true, 'update'],
  [false, 'error'],
] as const)('with a key: %s, and %s', (hasKey, onConflict) => {
  it.each([1, 2, 3])('rows fare as by a statement each, where constraints are %i', (constraints) => {
    const value = fc.option(fc.nat({ max: 4 }), { freq: 6 })
    const row = fc.array(value, { minLength: constraints, maxLength: constraints })
    const some = fc.array(row, { maxLength: 8, size: 'max' })
    fc.assert(
      fc.property(some, some, (old, rows) => {
        expectRowByRow(distinct(old), rows, hasKey, onConflict)
      }),
      { numRuns: 100 },
    )
  })
})

describe('of rows with a key and another unique value', () => {
  it('a rejected row takes no value', () => {
    const rows = [[1, 10], [1, 20], [2, 20]] // biome-ignore format: a row each
    expect(expectRowByRow([], rows, true, 'error').outcomes).toEqual([
      { ordinal: 1, kind: 'rejected', constraint: 0, other: 0 },
    ])
  })

  it('an update gives back the value that its row had', () => {
    const rows = [[1, 20], [2, 10]] // biome-ignore format: a row each
    expect(expectRowByRow([[1, 10]], rows, true, 'update')).toEqual({
      outcomes: [{ ordinal: 0, kind: 'updates' }],
      updated: 1,
    })
  })

  it('an update that would take the value of another row is rejected, and keeps its own', () => {
    const rows = [[1, 20], [3, 10]] // biome-ignore format: a row each
    const outcomes = expectRowByRow([[1, 10], [2, 20]], rows, true, 'update').outcomes // biome-ignore format: one line
    expect(outcomes).toEqual([
      { ordinal: 0, kind: 'rejected', constraint: 1 },
      { ordinal: 1, kind: 'rejected', constraint: 1 },
    ])
  })

  it('the last of those with one key wins, and those before it are superseded', () => {
    const rows = [[1, 10], [1, 11], [1, 12]] // biome-ignore format: a row each
    expect(expectRowByRow([], rows, true, 'update')).toEqual({
      outcomes: [
        { ordinal: 0, kind: 'superseded' },
        { ordinal: 1, kind: 'superseded' },
      ],
      updated: 2,
    })
  })

  it('a row is ignored for its key before it is rejected for another value', () => {
    expect(expectRowByRow([[1, 10], [2, 20]], [[1, 20]], true, 'ignore').outcomes).toEqual([{ ordinal: 0, kind: 'ignored' }]) // biome-ignore format: one line
  })

  it('rows without a key are held up by no key', () => {
    const rows = [[null, 10], [null, 11], [null, 10]] // biome-ignore format: a row each
    expect(expectRowByRow([], rows, true, 'ignore').outcomes).toEqual([
      { ordinal: 2, kind: 'rejected', constraint: 1, other: 0 },
    ])
  })
})
