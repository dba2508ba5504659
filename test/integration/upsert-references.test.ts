import type { PersistenceError, PersistenceService, Receipt, Table } from 'duckpaddle'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { generatedCases, isLong } from '../support/generated-cases.js'
import { type GivenRow, RowByRow } from '../support/row-by-row.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { openForTest } from '../support/test-engine.js'
import { type UpsertKind, upsertKinds } from '../support/upsert-kinds.js'

const folder = temporaryFolder()
let db: PersistenceService
let oracle: RowByRow
let tables = 0

beforeAll(async () => {
  db = await openForTest(newDatabase(folder))
  oracle = await RowByRow.create()
})
afterAll(async () => {
  oracle.close()
  await db.close()
})

const letters = ['a', 'b', 'c', 'd', 'e', 'A', 'g']

interface Call {
  readonly rows: readonly GivenRow[]
  readonly onRowError: 'abort' | 'skip'
}

function callOf({ columns, key = ['id'] }: UpsertKind, mayBeMixed: boolean): fc.Arbitrary<Call> {
  const names = Object.keys(columns).filter((name) => !key.includes(name))
  const value = (name: string) => {
    const some: fc.Arbitrary<string | number> =
      columns[name] === 'letter' ? fc.constantFrom(...letters) : fc.integer({ min: 0, max: 4 })
    return key.includes(name) ? some : fc.option(some, { freq: 8 })
  }
  const whole = fc.record({
    id: fc.integer({ min: 0, max: 6 }),
    ...Object.fromEntries(Object.keys(columns).map((name) => [name, value(name)])),
  }) as fc.Arbitrary<GivenRow>
  return fc
    .record({
      rows: fc.array(fc.tuple(whole, fc.subarray(names)), { minLength: 1, maxLength: 10, size: 'max' }),
      dropped: fc.subarray(names),
      isMixed: fc.constantFrom(mayBeMixed, false, mayBeMixed),
      onRowError: fc.constantFrom<Call['onRowError']>('skip', 'skip', 'abort'),
    })
    .map(({ rows, dropped, isMixed, onRowError }) => ({
      onRowError,
      rows: rows.map(([row, own]) => without(row, isMixed ? own : dropped)),
    }))
}

function without(row: GivenRow, names: readonly string[]): GivenRow {
  return Object.fromEntries(Object.entries(row).filter(([name]) => !names.includes(name)))
}

interface Case {
  readonly calls: readonly Call[]
  readonly stored: readonly number[]
  /** Which of the stored rows others refer to before each call. */
  readonly referred: readonly (readonly number[])[]
}

function caseOf(kind: UpsertKind, mayBeMixed = kind.isByRounds !== true): fc.Arbitrary<Case> {
  return fc.record({
    calls: fc.array(callOf(kind, mayBeMixed), { minLength: 1, maxLength: 3, size: 'max' }),
    stored: fc.subarray([0, 1, 2, 3, 4], { minLength: 2 }),
    referred: fc.array(fc.subarray([0, 1, 2, 3, 4]), { minLength: 3, maxLength: 3 }),
  })
}

/** A table of the service and one of the oracle's that are the same. */
async function createTables(name: string, kind: UpsertKind, { stored, referred }: Case): Promise<Table> {
  const columns = Object.keys(kind.columns)
  const own = kind.own ?? []
  const initial = (column: string, at = 0) => (kind.columns[column] === 'letter' ? `'${letters[at]}'` : at)
  const rows = stored.map((at) => {
    const values = columns.map((column) => (own.includes(column) ? 'NULL' : initial(column, at)))
    return `(${[at, ...values].join(', ')})`
  })
  // To the first row of all, which refers to none.
  const referring = stored.slice(1).filter((at) => own.length > 0 && referred[0]?.includes(at))
  const references = own.map((column) => `${column} = ${initial(column, stored[0])}`).join(', ')
  const statements = [
    'CREATE TABLE IF NOT EXISTS other (id INTEGER PRIMARY KEY)',
    'INSERT OR IGNORE INTO other VALUES (0), (1), (2), (3), (4)',
    `CREATE TABLE ${name} (${kind.sql})`,
    ...(kind.indexes ?? []),
    ...(kind.child === undefined ? [] : [`CREATE TABLE ${name}_child (${kind.child.sql})`]),
    `INSERT INTO ${name} (id, ${columns.join(', ')}) VALUES ${rows.join(', ')}`,
    ...referring.map((at) => `UPDATE ${name} SET ${references} WHERE id = ${at}`),
  ]
  await runOnBoth(name, statements)
  return (await db.table(name, { key: kind.key ?? ['id'] } as never)) as Table
}

async function runOnBoth(name: string, statements: readonly string[]): Promise<void> {
  for (const statement of statements) {
    const sql = statement.replaceAll('$t', name)
    await oracle.run(sql)
    await db.run(sql)
  }
}

const sorted = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).sort()

async function upsert(table: Table, { rows, onRowError }: Call): Promise<Receipt | PersistenceError> {
  try {
    return await table.persist(rows, { onConflict: 'update' as never, onRowError })
  } catch (error) {
    if ((error as PersistenceError).code === 'PERSIST_ROW_REJECTED') return error as PersistenceError
    throw error
  }
}

async function checkCase(kind: UpsertKind, some: Case): Promise<void> {
  const name = `t${++tables}`
  const key = kind.key ?? ['id']
  const { calls, referred } = some
  const table = await createTables(name, kind, some)
  const isInOne = kind.own !== undefined
  for (const [index, call] of calls.entries()) {
    if (kind.child !== undefined) {
      const ids = [-1, ...(referred[index] ?? [])].join(', ')
      await runOnBoth(name, [
        `DELETE FROM ${name}_child`,
        `INSERT INTO ${name}_child SELECT ${kind.child.of} FROM ${name} WHERE id IN (${ids})`,
      ])
    }
    const before = await oracle.read(`SELECT * FROM ${name}`)
    const expected = await (isInOne
      ? oracle.upsertInOneTransaction(name, key, call.rows)
      : oracle.upsert(name, key, call.rows))
    const outcome = await upsert(table, call)
    if (outcome instanceof Error) {
      expect(call.onRowError).toBe('abort')
      expect(outcome.rejection?.index).toBe(expected.rejected[0])
      expect(sorted(await db.query(`SELECT * FROM ${name}`))).toEqual(sorted(before))
      break
    }
    const { inserted, updated, ignored, rejections } = outcome
    expect({ inserted, updated, rejected: rejections.map((rejection) => rejection.index) }).toEqual(expected)
    expect(ignored).toBe(0)
    const actual = await db.query(`SELECT * FROM ${name}`)
    expect(sorted(actual)).toEqual(sorted(await oracle.read(`SELECT * FROM ${name}`)))
  }
  if (kind.child !== undefined) await runOnBoth(name, [`DROP TABLE ${name}_child`])
  await runOnBoth(name, [`DROP TABLE ${name}`])
}

describe('an upsert does what DuckDB does with a statement per row, one after the other', () => {
  it.each(Object.keys(upsertKinds))(
    'on a table with %s',
    async (title) => {
      const kind = upsertKinds[title] as UpsertKind
      await fc.assert(
        fc.asyncProperty(caseOf(kind), (some) => checkCase(kind, some)),
        generatedCases(2, 1),
      )
    },
    600_000,
  )
})

/** Rounds are not one after the other, but no row may keep the others from being written. */
async function checkRounds(kind: UpsertKind, some: Case): Promise<void> {
  const name = `t${++tables}`
  const table = await createTables(name, kind, some)
  if (kind.child !== undefined) {
    const ids = [-1, ...(some.referred[1] ?? [])].join(', ')
    const referring = `SELECT ${kind.child.of} FROM ${name} WHERE id IN (${ids})`
    await runOnBoth(name, [`INSERT INTO ${name}_child ${referring}`])
  }
  for (const { rows } of some.calls) {
    const outcome = await upsert(table, { rows, onRowError: 'skip' })
    if (outcome instanceof Error) throw outcome
    const { inserted, updated, rejected } = outcome
    expect(inserted + updated + rejected).toBe(rows.length)
    const aborted = await upsert(table, { rows, onRowError: 'abort' })
    if (aborted instanceof Error) expect(aborted.rejection?.index).toBeLessThan(rows.length)
  }
  if (kind.child !== undefined) await runOnBoth(name, [`DROP TABLE ${name}_child`])
  await runOnBoth(name, [`DROP TABLE ${name}`])
}

describe('rows that carry different columns', () => {
  const kinds = Object.entries(upsertKinds).filter(([, { isByRounds }]) => isByRounds)
  it.each(kinds.filter((_, at) => isLong || at % 2 === 0))(
    'are each written or rejected on a table with %s',
    async (_, kind) => {
      await fc.assert(
        fc.asyncProperty(caseOf(kind, true), (some) => checkRounds(kind, some)),
        generatedCases(1),
      )
    },
    600_000,
  )
})
