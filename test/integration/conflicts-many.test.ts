import type { Rejection } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { codes, persist, type Row, rejectionOf, TestTables } from '../support/test-tables.js'

const parent = { name: 'parent', sql: 'id BIGINT PRIMARY KEY', rows: '(1), (2)' }
const tables = new TestTables(':memory:', parent)

describe('many bad rows', () => {
  const constraint = 'id BIGINT PRIMARY KEY, a INTEGER CHECK (a > 0)'
  /** Of five rows in turn: two good ones, one for the CHECK, one that has no INTEGER, one whose key is taken. */
  function* rows(count: number): Generator<Row> {
    for (let id = 0; id < count; id++) {
      const kind = id % 5
      yield { id: kind === 4 ? id - 4 : id, a: kind === 2 ? 0 : kind === 3 ? 'one' : 1 }
    }
  }

  it('are all counted, and reported up to maxRejections', async () => {
    const table = await tables.create(constraint)
    const receipt = await persist(table, rows(5000), { onRowError: 'skip' })
    expect(receipt).toMatchObject({ rows: 5000, inserted: 2000, rejected: 3000 })
    expect(receipt.rejections).toHaveLength(1000)
    expect(await tables.read(table, 'count(*)::INT AS n')).toEqual([{ n: 2000 }])
    const none = await persist(table, rows(50), { onRowError: 'skip', maxRejections: 0 })
    expect(none).toMatchObject({ inserted: 0, rejected: 50, rejections: [] })
  })

  it('are reported in the order of the rows, whether the encoder or the database found them', async () => {
    const table = await tables.create(constraint)
    const { rejections } = await persist(table, rows(1500), { onRowError: 'skip', maxRejections: 600 })
    const expected = Array.from({ length: 600 }, (_, at) => {
      const index = 5 * Math.floor(at / 3) + 2 + (at % 3)
      return [index, ['check', 'type', 'duplicate-key'][at % 3]]
    })
    expect(codes(rejections)).toEqual(expected)
    // The index is of the rows as they were given, those that could not be encoded included.
    expect(rejections.slice(2, 6).map(({ conflictIndex }) => conflictIndex)).toEqual([
      0,
      undefined,
      undefined,
      5,
    ])
  })

  it.each([
    ['a key of the library', undefined, { columns: { id: 'BIGINT', a: 'INTEGER' }, key: ['id'] }],
    ['PRIMARY KEY', constraint, undefined],
  ] as const)('end the call with the first of them, on a table with %s', async (_, sql, definition) => {
    const table = await tables.create(sql, definition as never)
    const duplicate = [
      { id: 1, a: 1 },
      { id: 1, a: 2 },
      { id: 2, a: 3 },
      { id: 3, a: 'one' },
    ]
    expect(await rejectionOf(persist(table, duplicate))).toMatchObject({ index: 1, code: 'duplicate-key' })
    const later = [
      { id: 1, a: 1 },
      { id: 3, a: 'one' },
      { id: 1, a: 2 },
    ]
    expect(await rejectionOf(persist(table, later))).toMatchObject({ index: 1, code: 'type' })
    expect(await rejectionOf(persist(table, later.values()))).toMatchObject({ index: 1, code: 'type' })
    expect(await tables.read(table)).toEqual([])
  })

  it('are asked about one by one, and end the call when the function says so', async () => {
    const table = await tables.create(constraint)
    const asked: (number | string)[][] = []
    const skipping = ({ index, code }: Rejection) => {
      asked.push([index, code])
      return 'skip' as const
    }
    const options = { onRowError: skipping, maxRejections: 1 }
    const receipt = await persist(table, rows(4000), options)
    expect(receipt).toMatchObject({ inserted: 1600, rejected: 2400 })
    expect(receipt.rejections).toHaveLength(1)
    expect(asked).toHaveLength(2400)
    expect(new Set(asked.map(([index]) => index)).size).toBe(2400)

    const other = await tables.create(constraint)
    let count = 0
    const aborting = () => (++count === 2399 ? ('abort' as const) : ('skip' as const))
    const last = await rejectionOf(persist(other, rows(4000), { onRowError: aborting }))
    expect(last).toMatchObject({ index: 3997, code: 'check' })
    expect(count).toBe(2399)
    expect(await tables.read(other)).toEqual([])
    expect(await persist(other, [{ id: 1, a: 1 }])).toMatchObject({ inserted: 1 })
  })

  it('reject the call with what the function throws', async () => {
    const table = await tables.create(constraint)
    const thrown = new Error('callback')
    const throwing = () => {
      throw thrown
    }
    const call = persist(
      table,
      [
        { id: 1, a: 1 },
        { id: 1, a: 1 },
      ],
      { onRowError: throwing },
    )
    await expect(call).rejects.toBe(thrown)
    expect(await tables.read(table)).toEqual([])
  })

  it('that break several rules are rejected for the first', async () => {
    const sql = `id BIGINT PRIMARY KEY, n INTEGER NOT NULL DEFAULT (NULL::INTEGER), a INTEGER CHECK (a > 0),
      p BIGINT REFERENCES parent (id), u INTEGER UNIQUE, v INTEGER UNIQUE, CHECK (a > 5)`
    const table = await tables.create(sql)
    const good = { id: 1, n: 1, a: 6, p: 1, u: 1, v: 1 }
    const bad = [
      { ...good, n: undefined, a: 0, p: 9 },
      { ...good, a: 0, p: 9 },
      { ...good, a: 3, p: 9 },
      { ...good, p: 9 },
      good,
      { ...good, id: 2 },
      { ...good, id: 2, u: 2 },
      { ...good, id: 2, u: null, v: null },
    ]
    const receipt = await persist(table, [good, ...bad], { onRowError: 'skip' })
    expect(receipt.rejections.map(({ constraint: text }) => text)).toEqual([
      '"n" NOT NULL',
      'CHECK((a > 0))',
      'CHECK((a > 5))',
      'FOREIGN KEY (p) REFERENCES parent(id)',
      'PRIMARY KEY(id)',
      'UNIQUE(u)',
      'UNIQUE(v)',
    ])
    expect(receipt).toMatchObject({ inserted: 2, rejected: 7 })
  })
})
