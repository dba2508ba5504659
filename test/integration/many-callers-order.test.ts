import { describe, expect, it } from 'vitest'
import { duplicate, outcomesOf, written } from '../support/call-outcomes.js'
import { StoredTables } from '../support/stored-tables.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { createSqlTable, nameOf, need } from '../support/test-engine.js'
import { persist } from '../support/test-tables.js'

const tables = new StoredTables(newDatabase(temporaryFolder()))

const range = (count: number) => Array.from({ length: count }, (_, index) => index)
const columns = { id: 'INTEGER', n: 'INTEGER' }
const keyed = { columns, key: ['id'] }
const row = (id: unknown, n: number) => ({ id, n })
const update = { onConflict: 'update' } as const
const updated = written({ inserted: 0, updated: 1 })
const ignored = written({ inserted: 0, ignored: 1 })

describe('calls that could see each other’s rows', () => {
  it.each([
    ['a key', keyed],
    ['a primaryKey', { columns, primaryKey: ['id'] }],
  ])('are committed in their order: of 200 updates of one row, the last wins (%s)', async (_, definition) => {
    const table = await tables.create(definition)
    const outcomes = await outcomesOf(range(200).map((n) => persist(table, [row(1, n)], update)))
    expect(outcomes).toEqual(range(200).map((n) => (n === 0 ? written() : updated)))
    await tables.expectStored(`SELECT id, n FROM ${nameOf(table)}`, [row(1, 199)])
  })

  it('keep of a row what they do not carry', async () => {
    const table = await tables.create({
      columns: { id: 'INTEGER', a: 'INTEGER', b: 'INTEGER', c: 'INTEGER' },
      key: ['id'],
    })
    const names = ['a', 'b', 'c']
    const calls = range(45).map((n) => persist(table, [{ id: n % 2, [names[n % 3] ?? '']: n }], update))
    await Promise.all(calls)
    await tables.expectStored(`SELECT * FROM ${nameOf(table)} ORDER BY id`, [
      { id: 0, a: 42, b: 40, c: 44 },
      { id: 1, a: 39, b: 43, c: 41 },
    ])
  })

  it('may refer to them by a FOREIGN KEY, as soon as those were called', async () => {
    const parent = await tables.create({ columns, primaryKey: ['id'] })
    const child = await tables.create(`id INTEGER PRIMARY KEY, p INTEGER REFERENCES ${parent.name} (id)`)
    const calls = range(20).flatMap((id) => [
      persist(child, [{ id, p: id }]),
      persist(parent, [{ id }]),
      persist(child, [{ id, p: id }]),
    ])
    const expected = [{ index: 0, code: 'foreign-key', column: 'p' }, written(), written()]
    expect(await outcomesOf(calls)).toEqual(range(60).map((index) => expected[index % 3]))
    const sql = `SELECT count(*)::INT AS n FROM ${nameOf(child)} c JOIN ${nameOf(parent)} p ON p.id = c.p`
    await tables.expectStored(sql, [{ n: 20 }])
  })

  it('let a row of a table that refers to itself change once its last child has left it', async () => {
    const name = nameOf('node')
    await createSqlTable(tables.db, 'node', 'id INTEGER PRIMARY KEY, p INTEGER REFERENCES node (id)')
    const table = await tables.again({ name: 'node' })
    const node = (id: number, p: number | null) => persist(table as never, [{ id, p }], update)
    const refused = { index: 0, code: 'foreign-key', column: 'p' }
    const outcomes = await outcomesOf([
      ...[node(1, null), node(2, null), node(3, 2), node(2, 1)],
      ...[node(3, 1), node(2, 1), node(3, 9), node(1, 2)],
    ])
    expect(outcomes).toEqual([
      ...[written(), written(), written(), refused],
      ...[updated, updated, refused, refused],
    ])
    await tables.expectStored(`SELECT id, p FROM ${name} ORDER BY id`, [
      { id: 1, p: null },
      { id: 2, p: 1 },
      { id: 3, p: 1 },
    ])
  })

  it('are seen by what is called after they were awaited, whatever else waits', async () => {
    const table = await tables.create(keyed)
    const others: Promise<unknown>[] = []
    for (const id of range(20)) {
      for (const n of range(5)) others.push(persist(table, [row(1000 + 5 * id + n, n)]))
      await persist(table, [row(id, 0)])
      for (const n of range(5)) others.push(persist(table, [row(2000 + 5 * id + n, n)]))
      expect(await tables.db.query(`SELECT id FROM ${nameOf(table)} WHERE id = ${id}`)).toEqual([{ id }])
    }
    await Promise.all(others)
    await tables.expectStored(`SELECT count(*)::INT AS n FROM ${nameOf(table)}`, [{ n: 220 }])
  })

  it.each<[type: string, one: unknown, same: unknown]>([
    ['DOUBLE', 0, -0],
    ['DOUBLE', Number.NaN, -Number.NaN],
    ['FLOAT', 0.1, Math.fround(0.1)],
    ['DECIMAL(9,2)', '1.50', 1.5],
    ['BIGINT', 5, 5n],
    ['HUGEINT', 5, 5n],
    ['INTERVAL', { months: 1 }, { days: 30 }],
    ['TIMESTAMP', new Date(5), 5000n],
    ['TIMESTAMPTZ', '2026-01-01T00:00:00Z', '2026-01-01T01:00:00+01:00'],
    ['UUID', '00000000-0000-0000-0000-00000000000a', '00000000-0000-0000-0000-00000000000A'],
    ['VARCHAR', 'a\u0000b', 'a\u0000b'],
    ['VARCHAR', 'longer than what is inlined', 'longer than what is inlined'],
  ])('have the same key in a column of type %s, written as %o and as %o', async (type, one, same) => {
    if (String(one).includes('\0')) await need('NUL in a key')
    const table = await tables.create({ columns: { id: type, n: 'INTEGER' }, key: ['id'] })
    await persist(table, [row(one, 0)])
    await need('UPDATE, DELETE')
    await tables.db.run(`DELETE FROM ${nameOf(table)}`)
    const outcomes = await outcomesOf([
      persist(table, [row(one, 1)]),
      persist(table, [row(same, 2)]),
      persist(table, [row(same, 3)], update),
      persist(table, [row(one, 4)], { onConflict: 'ignore' }),
      persist(table, [row(one, 5), row(same, 5)]),
    ])
    expect(outcomes).toEqual([written(), duplicate(), updated, ignored, duplicate()])
    await tables.expectStored(`SELECT n FROM ${nameOf(table)}`, [{ n: 3 }])
  })

  it('know what SQL has written between them', async () => {
    await need('UPDATE, DELETE')
    const table = await tables.create(keyed)
    const { db } = tables
    const name = nameOf(table)
    const calls = [persist(table, [row(1, 1)])]
    const statements = [db.run(`INSERT INTO ${name} VALUES (2, 2)`)]
    calls.push(persist(table, [row(2, 3)]), persist(table, [row(2, 4)], update))
    statements.push(db.run(`DELETE FROM ${name} WHERE id = 1`))
    calls.push(persist(table, [row(1, 5)]))
    statements.push(db.run(`UPDATE ${name} SET id = 7 WHERE id = 2`))
    calls.push(persist(table, [row(2, 6), row(7, 6)], { onRowError: 'skip' }))
    statements.push(db.run(`INSERT INTO ${name} VALUES (8, 8)`))
    calls.push(persist(table, [row(8, 9)], { onConflict: 'ignore' }))
    const skipped = written({ rejections: [duplicate(1)] })
    expect(await outcomesOf(calls)).toEqual([written(), duplicate(), updated, written(), skipped, ignored])
    expect(await Promise.all(statements)).toEqual(range(4).map(() => ({ rowsChanged: 1 })))
    const rows = [row(1, 5), row(2, 6), row(7, 4), row(8, 8)]
    await tables.expectStored(`SELECT id, n FROM ${name} ORDER BY id`, rows)
  })
})
