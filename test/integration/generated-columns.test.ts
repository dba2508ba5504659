import { open, type PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let db: PersistenceService

beforeAll(async () => {
  db = await open(':memory:')
})
afterAll(() => db.close())

describe('generated columns that are made of each other', () => {
  it.each([
    ['in their order', 'a INTEGER AS (x + 1), b INTEGER AS (a * 2)'],
    ['against their order', 'b INTEGER AS (a * 2), a INTEGER AS (x + 1)'],
    ['in other letters', 'b INTEGER AS (A * 2), a INTEGER AS (X + 1)'],
    ['three of them', 'c INTEGER AS (b - a), b INTEGER AS (a * 2), a INTEGER AS (x + 1)'],
    ['called like a field', "b INTEGER AS ({ 'b': a }.b * 2), a INTEGER AS (x + 1)"],
  ])('are computed for every row: %s', async (_, columns) => {
    await db.run(`CREATE OR REPLACE TABLE t (id INTEGER PRIMARY KEY, x INTEGER CHECK (x < 100), ${columns})`)
    const table = await db.table('t')
    const rows = [
      { id: 1, x: 1 },
      { id: 2, x: null },
      { id: 3, x: 100 },
      { id: 1, x: 5 },
    ]
    const receipt = await table.persist(rows as never, { onRowError: 'skip', onConflict: 'update' })
    expect(receipt.rejections.map(({ index, code }) => [index, code])).toEqual([[2, 'check']])
    expect(await db.query('SELECT id, x, a, b FROM t ORDER BY id')).toEqual([
      { id: 1, x: 5, a: 6, b: 12 },
      { id: 2, x: null, a: null, b: null },
    ])
  })

  it('reject a row of which the inner one cannot be computed', async () => {
    await db.run(`CREATE OR REPLACE TABLE t (id INTEGER PRIMARY KEY, x VARCHAR,
      b INTEGER AS (a * 2), a INTEGER AS (x::INTEGER))`)
    const table = await db.table('t')
    const rows = [
      { id: 1, x: '20' },
      { id: 2, x: 'none' },
    ]
    const receipt = await table.persist(rows as never, { onRowError: 'skip' })
    expect(receipt.rejections.map(({ index, code }) => [index, code])).toEqual([[1, 'check']])
    expect(await db.query('SELECT id, b FROM t')).toEqual([{ id: 1, b: 40 }])
  })
})
