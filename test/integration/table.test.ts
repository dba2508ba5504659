import { type ColumnDefinitions, open, type PersistenceService } from 'duckpaddle'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'

let db: PersistenceService

beforeAll(async () => {
  db = await open(':memory:')
})
afterEach(() => db.run('DROP TABLE IF EXISTS t'))
afterAll(() => db.close())

const hostileNames = [
  'a"b',
  "it's",
  'two words',
  'select',
  'ünïcödé 🦆',
  '"; DROP TABLE x; --',
  '__proto__',
  ' ',
  '$$',
]

describe('table()', () => {
  it.each(hostileNames)('takes %s as the name of a table and of a column', async (name) => {
    const columns = Object.fromEntries([[name, 'INTEGER NOT NULL']])
    const table = await db.table(name, { columns })
    await table.persist([Object.fromEntries([[name, 7]])])
    const again = await db.table(name)
    expect(again.columns).toEqual([{ name, type: { name: 'INTEGER' }, notNull: true, hasDefault: false }])
    const [row] = await db.query(`SELECT * FROM "${name.replaceAll('"', '""')}"`)
    expect(Object.entries(row ?? {})).toEqual([[name, 7]])
  })

  it('refuses names and definitions that are none', async () => {
    await expect(db.table('')).rejects.toThrow(TypeError)
    await expect(db.table('a\0b')).rejects.toThrow(TypeError)
    await expect(db.table(5 as never)).rejects.toThrow(TypeError)
    await expect(db.table('t', { columns: {} as ColumnDefinitions })).rejects.toThrow(TypeError)
    await expect(db.table('t', { columns: { a: 'INTEGER); DROP TABLE x; --' as string } })).rejects.toThrow(
      TypeError,
    )
    await expect(db.table('t', { columns: { a: 'INTEGER', A: 'INTEGER' } })).rejects.toThrow(TypeError)
    await expect(db.table('t', { column: {} } as never)).rejects.toThrow(TypeError)
    await expect(db.table('t', { columns: { a: 'VARIANT[]' } })).rejects.toMatchObject({
      code: 'PERSIST_SCHEMA_MISMATCH',
    })
  })

  it('says what it cannot write to', async () => {
    await expect(db.table('missing')).rejects.toMatchObject({ code: 'PERSIST_TABLE_NOT_FOUND' })
    await db.run('CREATE TABLE nested (a VARIANT NOT NULL)')
    await expect(db.table('nested')).rejects.toMatchObject({ code: 'PERSIST_SCHEMA_MISMATCH' })
    await db.run('CREATE VIEW v AS SELECT 1 AS a')
    await expect(db.table('v')).rejects.toMatchObject({ code: 'PERSIST_SCHEMA_MISMATCH' })
  })

  it('says how a table differs from its definition', async () => {
    await db.run('CREATE TABLE t (a INTEGER, b VARCHAR NOT NULL, c DATE)')
    const mismatch = db.table('t', { columns: { a: 'BIGINT', b: 'VARCHAR NOT NULL', d: 'DATE' } })
    await expect(mismatch).rejects.toMatchObject({
      code: 'PERSIST_SCHEMA_MISMATCH',
      message: expect.stringMatching(/`a` INTEGER, not `a` BIGINT.*no column `d`.*also has `c` DATE/),
    })
  })

  it('leaves generated columns alone', async () => {
    await db.run('CREATE TABLE t (a INTEGER, twice INTEGER AS (a * 2), b VARCHAR DEFAULT $$x$$)')
    const table = await db.table('t')
    expect(table.columns.map((column) => column.name)).toEqual(['a', 'b'])
    await table.persist([{ a: 4, b: 'y' }])
    expect(await db.query('SELECT * FROM t')).toEqual([{ a: 4, twice: 8, b: 'y' }])
  })

  it('creates a primary key, whose columns are NOT NULL', async () => {
    const table = await db.table('t', { columns: { a: 'INTEGER', b: 'VARCHAR' }, primaryKey: ['a'] })
    await expect(table.persist([{ a: null as never }])).rejects.toMatchObject({
      code: 'PERSIST_ROW_REJECTED',
    })
    await table.persist([{ a: 1 }])
    await expect(table.persist([{ a: 1 }])).rejects.toMatchObject({
      code: 'PERSIST_ROW_REJECTED',
      rejection: { code: 'duplicate-key', key: { a: 1 } },
    })
  })
})

describe('a table that changes after table()', () => {
  it('refuses rows that were encoded for other columns', async () => {
    const table = await db.table('t', { columns: { a: 'INTEGER' } })
    await table.persist([{ a: 1 }])
    await db.run('ALTER TABLE t ALTER a TYPE VARCHAR')
    await expect(table.persist([{ a: 2 }])).rejects.toMatchObject({ code: 'PERSIST_SCHEMA_MISMATCH' })
    await db.run('DROP TABLE t')
    await expect(table.persist([{ a: 2 }])).rejects.toMatchObject({ code: 'PERSIST_TABLE_NOT_FOUND' })
  })
})
