import { describe, expect, it } from 'vitest'
import { nameOf, need } from '../support/test-engine.js'
import { persist, rejectionOf, TestTables } from '../support/test-tables.js'

const tables = new TestTables()

describe('a column that a row does not carry', () => {
  it.each([
    ['no key', undefined, 'a INTEGER'],
    ['a key of the library', { key: ['id'] }, 'a INTEGER'],
    ['PRIMARY KEY', undefined, 'a INTEGER, PRIMARY KEY (id)'],
    ['CHECK', undefined, 'a INTEGER CHECK (a > 0)'],
  ])('gets its DEFAULT on a table with %s', async (_, definition, rest) => {
    const sequence = `sequence_of_${tables.newName()}`
    await need('sequences')
    await tables.db.run(`CREATE SEQUENCE ${nameOf(sequence)} START 100`)
    const table = await tables.create(
      `id INTEGER, n INTEGER DEFAULT nextval('${nameOf(sequence)}'), since TIMESTAMP DEFAULT now(),
       text VARCHAR DEFAULT 'it''s', twice INTEGER AS (2 * a), ${rest}`,
      definition,
    )
    const before = Date.now() - 1
    await persist(table, [
      { id: 1, n: 1, since: new Date(0), text: 'given', a: 1 },
      { id: 2, a: 2 },
      { id: 3, n: null, since: null, text: null },
      { id: 4, n: undefined, text: undefined, a: 4 },
    ])
    const rows = await tables.read(table, 'id, n, since, text, a, twice')
    expect(rows).toMatchObject([
      { id: 1, n: 1, since: new Date(0), text: 'given', a: 1, twice: 2 },
      { id: 2, text: "it's", a: 2, twice: 4 },
      { id: 3, n: null, since: null, text: null, a: null, twice: null },
      { id: 4, text: "it's", a: 4, twice: 8 },
    ])
    expect(new Set([rows[1]?.n, rows[3]?.n]).size).toBe(2)
    expect(Math.min(Number(rows[1]?.n), Number(rows[3]?.n))).toBeGreaterThanOrEqual(100)
    for (const { since } of [rows[1] ?? {}, rows[3] ?? {}]) {
      // now() has microseconds, which query() reads as text.
      const time = since instanceof Date ? since.getTime() : Date.parse(`${String(since).slice(0, 23)}Z`)
      expect(time).toBeGreaterThanOrEqual(before)
      expect(time).toBeLessThanOrEqual(Date.now())
    }
  })

  it('may be the key, numbered by a sequence', async () => {
    await need('sequences')
    await tables.db.run(`CREATE SEQUENCE ${nameOf('ids')}`)
    const table = await tables.create(`id INTEGER PRIMARY KEY DEFAULT nextval('${nameOf('ids')}'), a INTEGER`)
    expect(await persist(table, [{ a: 1 }, { a: 2 }, { id: 50, a: 3 }])).toMatchObject({ inserted: 3 })
    expect(await persist(table, [{ a: 4 }], { onConflict: 'update' })).toMatchObject({ inserted: 1 })
    const [found] = await tables.read(
      table,
      'count(DISTINCT id)::INT AS n, max(id) AS last, min(id) > 0 AS "isSet"',
    )
    expect(found).toEqual({ n: 4, last: 50, isSet: true })
  })

  it('is known among 70, whichever it is', async () => {
    const names = Array.from({ length: 70 }, (_, at) => `c${at}`)
    const columns = names.map((name, at) => `${name} INTEGER DEFAULT ${1000 + at}`)
    const definitions = [
      { sql: `id INTEGER, ${columns.join(', ')}`, definition: { key: ['id'] } },
      { sql: `id INTEGER PRIMARY KEY, ${columns.join(', ')}`, definition: undefined },
      { sql: `id INTEGER, ${columns.join(', ')}`, definition: undefined },
    ]
    const rows = names.map((name, at) => ({
      id: at,
      ...Object.fromEntries(names.map((c) => [c, at])),
      [name]: undefined,
    }))
    const written = names.map((name, at) => ({ ...rows[at], [name]: 1000 + at }))
    const update = names.map((name, at) => ({ id: at, [name]: -at }))
    for (const { sql, definition } of definitions) {
      const table = await tables.create(sql, definition)
      await persist(table, rows)
      expect(await tables.read(table)).toEqual(written)
      if (table.key.length === 0) continue
      expect(await persist(table, update, { onConflict: 'update' })).toMatchObject({ updated: 70 })
      expect(await tables.read(table)).toEqual(names.map((name, at) => ({ ...written[at], [name]: -at + 0 })))
    }
  })

  it('is missed first by a row of a later batch', async () => {
    for (const definition of [undefined, { key: ['id'] }]) {
      const table = await tables.create('id INTEGER, a INTEGER DEFAULT 7, b VARCHAR', definition)
      const count = 60_000
      function* rows() {
        for (let id = 0; id < count; id++) yield { id, a: 1, b: `the text of row ${id}, which is long` }
        yield { id: count, b: 'last' }
      }
      expect(await persist(table, rows())).toMatchObject({ inserted: count + 1 })
      expect(await tables.read(table, 'count(*)::INT AS n, sum(a)::INT AS sum')).toEqual([
        { n: count + 1, sum: count + 7 },
      ])
    }
  })
})

describe('rows with one key that carry different columns', () => {
  it("under 'abort', the first bad row is reported where rows carry different columns", async () => {
    const table = await tables.create('id INTEGER PRIMARY KEY, a INTEGER NOT NULL, b INTEGER')
    const rows = [
      { id: 1, a: 1 },
      { id: 1, b: 2 },
      { id: 2, b: 3 },
    ]
    // Row 1 is good: it updates row 0, which has an `a`.
    expect(await rejectionOf(persist(table, rows, { onConflict: 'update' }))).toMatchObject({ index: 2 })
  })

  it('a row that has its key from a DEFAULT updates the row with this key, and no more', async () => {
    await need('known DEFAULTs')
    const table = await tables.create('id INTEGER PRIMARY KEY DEFAULT 2, a INTEGER, b INTEGER')
    await persist(table, [{ id: 2, a: 1 }, { b: 5 }], { onConflict: 'update' })
    expect(await tables.read(table)).toEqual([{ id: 2, a: 1, b: 5 }])
  })

  it('a rejection has the row, and its key, as they would have been written', async () => {
    const table = await tables.create(
      'id INTEGER PRIMARY KEY DEFAULT 2, a INTEGER DEFAULT 7, b INTEGER CHECK (b > 0)',
    )
    const rows = [{ id: 3, a: 1, b: -1 }, { b: -2 }]
    const receipt = await persist(table, rows.values(), { onConflict: 'update', onRowError: 'skip' })
    expect(receipt.rejections[1]).toMatchObject({ row: { id: 2, a: 7, b: -2 }, key: { id: 2 } })
  })

  it('an update keeps what a sequence gave to an earlier row of the call', async () => {
    await need('sequences')
    await tables.db.run(`CREATE SEQUENCE ${nameOf('kept')}`)
    const table = await tables.create(
      `id INTEGER PRIMARY KEY, n INTEGER DEFAULT nextval('${nameOf('kept')}'), a INTEGER`,
    )
    await persist(
      table,
      [
        { id: 1, a: 1 },
        { id: 1, a: 2 },
        { id: 1, a: 3 },
      ],
      { onConflict: 'update' },
    )
    expect(await tables.read(table)).toEqual([{ id: 1, n: 1, a: 3 }])
  })

  it.each([
    ['VARCHAR', '5', 'text', '5'],
    ['VARCHAR', "upper('x')::BLOB", 'text', 'X'],
    ['TIMESTAMP_NS', "TIMESTAMPTZ '2026-01-01 00:00:00Z'", 5n, new Date('2026-01-01')],
    ['TIME', "TIMESTAMP '2026-01-01 10:00:00'", '09:00:00', '10:00:00'],
    ['BIGINT', "'3'::DOUBLE", 2n ** 53n + 1n, 3n],
    ['UHUGEINT', '3::BIGINT', 2n ** 128n - 1n, 3n],
  ])(
    'a column of type %s may have a DEFAULT of another type: %s',
    async (type, byDefault, given, expected) => {
      await need('known DEFAULTs')
      const table = await tables.create(`id INTEGER, v ${type} DEFAULT (${byDefault}), w ${type}`)
      await persist(table, [{ id: 1, v: given, w: given }, { id: 2 }])
      const [first, second] = await tables.read(table, 'id, v, w')
      expect(first?.v).toEqual(first?.w)
      expect(second?.v).toEqual(expected)
    },
  )

  it('a CHECK may name its table', async () => {
    const name = tables.newName()
    const table = await tables.create(`a INTEGER, CHECK (${name}.a > 0)`, undefined, name)
    const receipt = await persist(table, [{ a: 1 }, { a: 0 }], { onRowError: 'skip' })
    expect(receipt).toMatchObject({ inserted: 1, rejected: 1 })
  })

  it('a CHECK may be volatile', async () => {
    const table = await tables.create('a DOUBLE CHECK (a > random())')
    const receipt = await persist(table, [{ a: 1 }, { a: -1 }], { onRowError: 'skip' })
    expect(receipt).toMatchObject({ inserted: 1, rejected: 1 })
  })

  it('a key with a collation is what DuckDB takes it for', async () => {
    const table = await tables.create('t VARCHAR COLLATE NOCASE PRIMARY KEY')
    await tables.db.run(`INSERT INTO ${nameOf(table)} VALUES ('a'), ('A')`)
    expect(await persist(table, [{ t: 'b' }, { t: 'B' }])).toMatchObject({ inserted: 2 })
  })

  it('a unique index on a column and an expression is not about the column alone', async () => {
    await need('indexes')
    const table = await tables.create('id INTEGER PRIMARY KEY, a VARCHAR, b INTEGER')
    await tables.db.run(`CREATE UNIQUE INDEX mixed_${table.name} ON ${nameOf(table)} (lower(a), b)`)
    const again = await tables.again(table)
    const rejection = await rejectionOf(
      persist(again, [
        { id: 1, a: 'x', b: 1 },
        { id: 2, a: 'X', b: 1 },
      ]),
    )
    expect(rejection).not.toHaveProperty('column')
  })

  it.each(['generated column', 'unique index'])(
    'a row of which no %s can be computed is rejected',
    async (what) => {
      const isIndex = what === 'unique index'
      if (isIndex) await need('indexes')
      const table = await tables.create(
        `id INTEGER PRIMARY KEY, a VARCHAR${isIndex ? '' : ', g INTEGER AS (a::INTEGER)'}`,
      )
      if (isIndex)
        await tables.db.run(`CREATE UNIQUE INDEX cast_${table.name} ON ${nameOf(table)} ((a::INTEGER))`)
      const again = await tables.again(table)
      const receipt = await persist(
        again,
        [
          { id: 1, a: '1' },
          { id: 2, a: 'x' },
        ],
        { onRowError: 'skip' },
      )
      expect(receipt).toMatchObject({ inserted: 1, rejected: 1 })
    },
  )

  it('a row that others refer to can be updated, its unique values unchanged', async () => {
    const parent = await tables.create('id INTEGER PRIMARY KEY, u INTEGER UNIQUE, a INTEGER')
    await persist(parent, [{ id: 1, u: 1, a: 1 }])
    const child = await tables.create(`p INTEGER REFERENCES ${parent.name} (id)`)
    await tables.db.run(`INSERT INTO ${nameOf(child)} VALUES (1)`)
    const rows = [
      { id: 1, u: 1, a: 9 },
      { id: 2, u: 2, a: 2 },
    ]
    expect(await persist(parent, rows, { onConflict: 'update' })).toMatchObject({ inserted: 1, updated: 1 })
    expect(await tables.read(parent)).toEqual(rows)
  })
})
