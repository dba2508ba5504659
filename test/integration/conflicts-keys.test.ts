import { describe, expect, it } from 'vitest'
import { isHostile } from '../support/hostile-settings.js'
import { nameOf, need } from '../support/test-engine.js'
import { codes, type Definition, persist, rejectionOf, TestTables } from '../support/test-tables.js'

const tables = new TestTables()

describe('what tells rows apart', () => {
  it('is `table.key`: what was asked for, the PRIMARY KEY, or the only UNIQUE constraint', async () => {
    const keyOf = async (sql: string, definition?: Definition) => (await tables.create(sql, definition)).key
    expect(await keyOf('a INTEGER, b INTEGER')).toEqual([])
    expect(await keyOf('a INTEGER, b INTEGER, PRIMARY KEY (b, a)')).toEqual(['b', 'a'])
    expect(await keyOf('a INTEGER, b INTEGER PRIMARY KEY, UNIQUE (a)')).toEqual(['b'])
    expect(await keyOf('a INTEGER, b INTEGER, UNIQUE (b, a)')).toEqual(['b', 'a'])
    expect(await keyOf('a INTEGER UNIQUE, b INTEGER UNIQUE')).toEqual([])
    expect(await keyOf('a INTEGER UNIQUE, b INTEGER UNIQUE', { key: ['b'] })).toEqual(['b'])
    expect(await keyOf('a INTEGER, b INTEGER, PRIMARY KEY (b, a)', { key: ['a', 'b'] })).toEqual(['b', 'a'])
    expect(await keyOf('a INTEGER PRIMARY KEY, b INTEGER', { key: ['b'] })).toEqual(['b'])
  })

  it('is a unique index that the key names, and never one on an expression', async () => {
    await need('indexes')
    const table = await tables.create('a VARCHAR, b INTEGER')
    await tables.db.run(`CREATE UNIQUE INDEX lower_${table.name} ON ${nameOf(table)} (lower(a))`)
    expect((await tables.again(table)).key).toEqual([])
    await tables.db.run(`CREATE UNIQUE INDEX plain_${table.name} ON ${nameOf(table)} (b)`)
    const keyed = await tables.again(table, { key: ['b'] })
    const rows = [
      { a: 'x', b: 1 },
      { a: 'X', b: 2 },
      { a: 'y', b: 1 },
    ]
    const receipt = await persist(keyed, rows, { onConflict: 'update', onRowError: 'skip' })
    expect(receipt).toMatchObject({ inserted: 1, updated: 1, rejected: 1 })
    expect(receipt.rejections[0]).toMatchObject({ index: 1, code: 'unique', conflictIndex: 0, key: { b: 2 } })
    expect(receipt.rejections[0]).not.toHaveProperty('column')
    expect(await tables.read(keyed)).toEqual([{ a: 'y', b: 1 }])
  })

  it('must be there for onConflict to take a key', async () => {
    for (const sql of ['a INTEGER', 'a INTEGER UNIQUE, b INTEGER UNIQUE']) {
      const table = await tables.create(sql)
      for (const onConflict of ['ignore', 'update'] as const) {
        await expect(persist(table, [{ a: 1 }], { onConflict })).rejects.toThrow(TypeError)
      }
      expect(await persist(table, [{ a: 1 }], { onConflict: 'error' })).toMatchObject({ inserted: 1 })
    }
  })

  it('is not misspelt, nor given twice', async () => {
    const columns = { a: 'INTEGER', b: 'INTEGER' }
    const both = { columns, key: ['a'], primaryKey: ['b'] }
    await expect(tables.create(undefined, both)).rejects.toThrow(TypeError)
    await expect(tables.create(undefined, { columns, key: ['c'] })).rejects.toThrow(TypeError)
    await expect(tables.create(undefined, { columns, key: ['a', 'a'] })).rejects.toThrow(TypeError)
    await expect(tables.create(undefined, { columns, key: 'a' as never })).rejects.toThrow(TypeError)
    await expect(tables.create('a INTEGER', { key: ['b'] })).rejects.toMatchObject({
      code: 'PERSIST_SCHEMA_MISMATCH',
    })
    const table = await tables.create(undefined, { columns, key: ['a'] })
    for (const onConflict of ['replace', 'UPDATE', '', null, 1]) {
      await expect(persist(table, [{ a: 1 }], { onConflict: onConflict as never })).rejects.toThrow(TypeError)
    }
    const misspelt = { onconflict: 'update' } as never
    await expect(persist(table, [{ a: 1 }], misspelt)).rejects.toThrow(TypeError)
    expect(await tables.read(table)).toEqual([])
  })

  it('takes no NULL where only the library keeps it', async () => {
    const table = await tables.create('a INTEGER, b INTEGER', { key: ['a', 'b'] })
    const rows = [{ a: 1, b: null }, { a: 1 }, { a: 1, b: 1 }]
    for (const onConflict of ['error', 'ignore', 'update'] as const) {
      const receipt = await persist(table, rows, { onConflict, onRowError: 'skip' })
      expect(codes(receipt.rejections.slice(0, 2))).toEqual([
        [0, 'not-null'],
        [1, 'not-null'],
      ])
    }
    expect(await tables.read(table)).toEqual([{ a: 1, b: 1 }])
  })

  it('lets rows with NULL be in a UNIQUE constraint as often as they like', async () => {
    const table = await tables.create('a INTEGER, b INTEGER, c INTEGER, UNIQUE (a, b)')
    const rows = [{ a: 1, b: null, c: 1 }, { a: 1, c: 2 }, { c: 3 }, { a: 1, b: 1 }, { a: 1, b: 1, c: 4 }]
    for (const onConflict of ['ignore', 'update'] as const) await persist(table, rows, { onConflict })
    expect(await tables.read(table, 'count(*)::INT AS n, max(c) AS c')).toEqual([{ n: 7, c: 4 }])
  })

  it('is what was committed by others, too', async () => {
    await need('UPDATE, DELETE')
    const table = await tables.create(undefined, { columns: { id: 'INTEGER', a: 'INTEGER' }, key: ['id'] })
    await tables.db.run(`INSERT INTO ${nameOf(table)} VALUES (1, 1), (1, 2), (2, 3)`)
    expect(await rejectionOf(persist(table, [{ id: 1 }]))).toMatchObject({ code: 'duplicate-key' })
    await tables.db.run(`DELETE FROM ${nameOf(table)} WHERE id = 2`)
    expect(await persist(table, [{ id: 2, a: 4 }])).toMatchObject({ inserted: 1 })
    expect(await tables.read(table, 'id, a')).toEqual([
      { id: 1, a: 1 },
      { id: 1, a: 2 },
      { id: 2, a: 4 },
    ])
  })

  it('is looked after between calls that overlap', async () => {
    const table = await tables.create(undefined, { columns: { id: 'INTEGER', a: 'INTEGER' }, key: ['id'] })
    const rows = (a: number) => Array.from({ length: 1000 }, (_, id) => ({ id, a }))
    const calls = [1, 2, 3].map((a) => persist(table, rows(a), { onConflict: a === 2 ? 'ignore' : 'update' }))
    const receipts = await Promise.all(calls)
    expect(receipts.map(({ inserted, updated, ignored }) => [inserted, updated, ignored])).toEqual([
      [1000, 0, 0],
      [0, 0, 1000],
      [0, 1000, 0],
    ])
    expect(await tables.read(table, 'count(*)::INT AS n, min(a) AS a')).toEqual([{ n: 1000, a: 3 }])
  })
})

const keyKinds = ['key', 'primaryKey'] as const

describe.each(keyKinds)('onConflict on a table with a %s', (kind) => {
  const columns = { id: 'INTEGER', a: 'INTEGER', b: 'VARCHAR' }
  const create = () => tables.create(undefined, { columns, [kind]: ['id'] })

  it("'update' lets the last of several win, and counts the first of a new key as inserted", async () => {
    const table = await create()
    await persist(table, [
      { id: 1, a: 1, b: 'old' },
      { id: 2, a: 1, b: 'old' },
    ])
    const rows = [
      { id: 1, a: 2, b: 'x' },
      { id: 3, a: 3, b: 'x' },
      { id: 1, a: 4, b: 'y' },
      { id: 3, a: 5, b: 'y' },
      { id: 3, a: 6, b: 'z' },
    ]
    expect(await persist(table, rows, { onConflict: 'update' })).toMatchObject({
      rows: 5,
      inserted: 1,
      updated: 4,
      ignored: 0,
      rejected: 0,
    })
    expect(await tables.read(table)).toEqual([
      { id: 1, a: 4, b: 'y' },
      { id: 2, a: 1, b: 'old' },
      { id: 3, a: 6, b: 'z' },
    ])
  })

  it("'update' changes what a row carries, and leaves the rest", async () => {
    const table = await create()
    await persist(table, [
      { id: 1, a: 1, b: 'old' },
      { id: 2, a: 2, b: 'old' },
    ])
    const same = [
      { id: 1, a: 5 },
      { id: 3, a: 6 },
      { id: 1, a: 7, b: undefined },
    ]
    expect(await persist(table, same, { onConflict: 'update' })).toMatchObject({ inserted: 1, updated: 2 })
    const mixed = [
      { id: 2, b: 'new' },
      { id: 3, b: 'three' },
      { id: 2, a: null },
      { id: 4, a: 4 },
      { id: 4, b: 'four' },
      { id: 1 },
    ]
    expect(await persist(table, mixed, { onConflict: 'update' })).toMatchObject({ inserted: 1, updated: 5 })
    expect(await tables.read(table)).toEqual([
      { id: 1, a: 7, b: 'old' },
      { id: 2, a: null, b: 'new' },
      { id: 3, a: 6, b: 'three' },
      { id: 4, a: 4, b: 'four' },
    ])
    expect(await persist(table, [{ id: 1 }, { id: 5 }], { onConflict: 'update' })).toMatchObject({
      inserted: 1,
      updated: 1,
    })
  })

  it("'ignore' leaves what is there, and takes the first of the call", async () => {
    const table = await create()
    await persist(table, [{ id: 1, a: 1, b: 'old' }])
    const rows = [{ id: 1, a: 2 }, { id: 'two' }, { id: 2, a: 3 }, { id: 2, a: 4 }, { id: 1, a: 5 }]
    const receipt = await persist(table, rows, { onConflict: 'ignore', onRowError: 'skip' })
    expect(receipt).toMatchObject({ rows: 5, inserted: 1, updated: 0, ignored: 3, rejected: 1 })
    expect(codes(receipt.rejections)).toEqual([[1, 'type']])
    expect(await tables.read(table)).toEqual([
      { id: 1, a: 1, b: 'old' },
      { id: 2, a: 3, b: null },
    ])
    expect(await persist(table, rows.slice(2), { onConflict: 'ignore' })).toMatchObject({
      inserted: 0,
      ignored: 3,
    })
  })

  it('takes no key for a row that is rejected', async () => {
    await need('UPDATE, DELETE')
    const table = await create()
    const rows = [
      { id: 1, a: 'bad' },
      { id: 1, a: 1 },
      { id: 1, a: 2 },
    ]
    for (const onConflict of ['error', 'ignore', 'update'] as const) {
      await tables.db.run(`DELETE FROM ${nameOf(table)}`)
      await persist(table, rows, { onConflict, onRowError: 'skip' })
      expect(await tables.read(table, 'a')).toEqual([{ a: onConflict === 'update' ? 2 : 1 }])
    }
  })

  it('finds one duplicate at the end of many batches', async () => {
    const table = await create()
    // Hostile settings make joins of all pairs.
    const [count, length, taken] = isHostile ? [8000, 500, 7777] : [120_000, 0, 77_777]
    const text = (id: number) => `the text of row ${id}`.padEnd(length)
    function* rows(last: number) {
      for (let id = 0; id < count; id++) yield { id, a: id, b: text(id) }
      yield { id: last, a: -1, b: 'last' }
    }
    const rejection = await rejectionOf(persist(table, rows(taken)))
    expect(rejection).toMatchObject({
      index: count,
      code: 'duplicate-key',
      key: { id: taken },
      conflictIndex: taken,
      row: { id: taken, a: -1, b: 'last' },
    })
    expect(await tables.read(table, 'count(*)::INT AS n')).toEqual([{ n: 0 }])
    const skipped = await persist(table, rows(5), { onRowError: 'skip' })
    expect(skipped).toMatchObject({ inserted: count, rejected: 1 })
    expect(skipped.batches).toBeGreaterThan(2)
    const updated = await persist(table, rows(count), { onConflict: 'update' })
    expect(updated).toMatchObject({ inserted: 1, updated: count })
    expect(await tables.read(table, 'count(*)::INT AS n, sum(a)::DOUBLE AS sum')).toEqual([
      { n: count + 1, sum: (count * (count - 1)) / 2 - 1 },
    ])
  })
})
