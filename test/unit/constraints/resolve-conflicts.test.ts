import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import type { GroupedRange, OnConflict } from '../../../src/protocol/write-requests.js'
import {
  oneCall,
  type RowOutcome,
  resolveConflicts,
} from '../../../src/worker/constraints/resolve-conflicts.js'
import { type Claim, untouched } from '../../../src/worker/constraints/row-claims.js'
import { generatedCases } from '../../support/generated-cases.js'

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
  const claims = claimsOf(old, rows, hasKey)
  const resolved = resolveConflicts({ claims, hasKey, calls: [oneCall(onConflict)], broken: [] })
  const expected = resolveRowByRow(old, rows, hasKey, onConflict)
  const updated = resolved.calls[0]?.updated
  expect(updated).toBe(expected.updated)
  const outcomes = resolved.outcomes.map(({ holder: _, ...outcome }) => outcome)
  expect([...outcomes].sort(byOrdinal)).toEqual([...expected.outcomes].sort(byOrdinal))
  return { outcomes, updated }
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
      generatedCases(100),
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

/** What the rows of calls are to become, found by one call after the other. */
function resolveCallByCall(
  old: readonly Values[],
  rows: readonly Values[],
  calls: readonly GroupedRange[],
  broken: readonly number[],
) {
  let table = old.map((values, holder) => ({ values, holder, winner: undefined as number | undefined }))
  const kinds = new Map<number, RowOutcome>()
  const counts = calls.map(({ firstRow, rows: count, onConflict, isAllOrNothing, isGivenUp }) => {
    const before = { table: table.map((row) => ({ ...row })), kinds: new Map(kinds) }
    const found = { updated: 0, ignored: 0, rejected: 0 }
    for (let ordinal = firstRow; ordinal < firstRow + count; ordinal++) {
      if (isAllOrNothing && found.rejected > 0) break
      const values = rows[ordinal] ?? []
      const held = values.map((value, index) =>
        table.find((other) => value !== null && other.values[index] === value),
      )
      const [current] = held
      const isAboutKey = onConflict !== 'error' && current !== undefined
      const constraint = held.findIndex((other) => other !== undefined && !(isAboutKey && other === current))
      if (broken.includes(ordinal)) found.rejected++
      else if (isAboutKey && onConflict === 'ignore') {
        kinds.set(ordinal, { ordinal, kind: 'ignored' })
        found.ignored++
      } else if (constraint !== -1) {
        const other = held[constraint]?.winner ?? -1
        kinds.set(ordinal, {
          ordinal,
          kind: 'rejected',
          constraint,
          ...(other < firstRow ? {} : { other }),
        })
        found.rejected++
      } else if (isAboutKey) {
        found.updated++
        const { winner } = current
        if (winner !== undefined) kinds.set(winner, { ordinal: winner, kind: 'superseded' })
        Object.assign(current, { values, winner: ordinal })
      } else table.push({ values, holder: -1, winner: ordinal })
    }
    const isWithdrawn = isGivenUp || (isAllOrNothing && found.rejected > 0)
    if (isWithdrawn) {
      table = before.table
      const rejected = [...kinds.values()].filter(
        ({ ordinal, kind }) => ordinal >= firstRow && kind === 'rejected',
      )
      kinds.clear()
      for (const outcome of [...before.kinds.values(), ...rejected]) kinds.set(outcome.ordinal, outcome)
      for (let ordinal = firstRow; ordinal < firstRow + count; ordinal++) {
        if (!kinds.has(ordinal) && !broken.includes(ordinal))
          kinds.set(ordinal, { ordinal, kind: 'withdrawn' })
      }
    }
    return { ...found, isWithdrawn }
  })
  for (const { winner, holder } of table) {
    if (winner !== undefined && holder !== -1) {
      kinds.set(winner, { ordinal: winner, kind: 'updates', holder })
    }
  }
  return { outcomes: [...kinds.values()], calls: counts }
}

it.each([1, 2])('calls fare as one after the other, where constraints are %i', (constraints) => {
  const value = fc.option(fc.nat({ max: 4 }), { freq: 6 })
  const others = fc.array(value, { minLength: constraints - 1, maxLength: constraints - 1 })
  // A key is never NULL.
  const row = fc.tuple(fc.nat({ max: 4 }), others).map(([key, rest]): Values => [key, ...rest])
  const call = fc.record({
    rows: fc.array(fc.tuple(row, fc.nat({ max: 5 })), { minLength: 1, maxLength: 4 }),
    onConflict: fc.constantFrom('error', 'ignore', 'update'),
    isAllOrNothing: fc.boolean(),
    isGivenUp: fc.nat({ max: 6 }).map((n) => n === 0),
  })
  fc.assert(
    fc.property(fc.array(row, { maxLength: 5 }), fc.array(call, { maxLength: 6 }), (given, calls) => {
      const old = distinct(given)
      const rows = calls.flatMap((each) => each.rows)
      const broken = rows.flatMap(([, isGood], ordinal) => (isGood === 0 ? [ordinal] : []))
      const values: Values[] = rows.map(([row]) => row)
      let firstRow = 0
      const ranges = calls.map(({ rows, ...options }) => {
        const range = { ...options, firstRow, rows: rows.length }
        firstRow += rows.length
        return range
      })
      // As the worker finds them: a broken row claims nothing, and a row that is there is named by its place.
      const claims = claimsOf(old, values, true).map((ofConstraint, constraint) =>
        ofConstraint
          .filter(({ ordinal }) => !broken.includes(ordinal))
          .map((claim) => {
            const holder = old.findIndex((other) => other[constraint] === values[claim.ordinal]?.[constraint])
            return { ...claim, holder: holder === -1 ? undefined : holder }
          }),
      )
      const resolved = resolveConflicts({ claims, hasKey: true, calls: ranges, broken })
      const expected = resolveCallByCall(old, values, ranges, broken)
      expect(resolved.calls).toEqual(expected.calls)
      expect([...resolved.outcomes].sort(byOrdinal)).toEqual([...expected.outcomes].sort(byOrdinal))
    }),
    generatedCases(500),
  )
})
