import { DuckDBStorageAdapter } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { duplicate, outcomesOf, written } from '../support/call-outcomes.js'
import { StoredTables } from '../support/stored-tables.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { createSqlTable, nameOf, need } from '../support/test-engine.js'
import { persist } from '../support/test-tables.js'

const folder = temporaryFolder()
const tables = new StoredTables(newDatabase(folder))

const range = (count: number) => Array.from({ length: count }, (_, index) => index)
const keyed = { columns: { id: 'INTEGER', n: 'INTEGER' }, key: ['id'] }
const skip = { onRowError: 'skip' } as const
const update = { onConflict: 'update' } as const

/** What a task resolves to, and how many transactions it took. */
async function countCommits<Result>(task: () => Promise<Result>): Promise<[Result, number]> {
  const before = tables.db.stats().commits
  const result = await task()
  return [result, tables.db.stats().commits - before]
}

describe('calls that wait at the same time share a commit', () => {
  it.each([
    ['a key', keyed],
    ['a key, and a column called rowid', { ...keyed, columns: { ...keyed.columns, rowid: 'INTEGER' } }],
    ['a PRIMARY KEY', { columns: keyed.columns, primaryKey: ['id'] }],
    [
      'a PRIMARY KEY, a UNIQUE constraint and a CHECK',
      'id INTEGER PRIMARY KEY CHECK (id >= 0), n INTEGER UNIQUE',
    ],
  ])('on a table with %s', async (_, definition) => {
    const table = await tables.create(definition)
    await persist(table, [{ id: 0, n: -1 }])
    const [outcomes, commits] = await countCommits(() =>
      outcomesOf(range(400).map((n) => persist(table, [{ id: n % 300, n }], n % 3 === 0 ? skip : {}))),
    )
    const expected = range(400).map((n) => {
      if (n > 0 && n < 300) return written()
      return n % 3 === 0 ? written({ inserted: 0, rejections: [duplicate()] }) : duplicate()
    })
    expect(outcomes).toEqual(expected)
    expect(commits).toBe(1)
    const { persisted, callsPerCommit, commits: all } = tables.db.stats()
    expect(callsPerCommit).toBe(persisted / all)
    const sql = `SELECT count(*)::INT AS n, sum(n)::INT AS sum FROM ${nameOf(table)}`
    await tables.expectStored(sql, [{ n: 300, sum: 299 * 150 - 1 }])
  })

  it('whatever their tables and options', async () => {
    const some = await Promise.all(range(4).map(() => tables.create(keyed)))
    for (const table of some) await persist(table, [{ id: 0, n: 0 }])
    const options = [update, { onConflict: 'ignore' }, skip, {}] as const
    const [outcomes, commits] = await countCommits(() =>
      outcomesOf(range(64).map((n) => persist(some[n % 4] as never, [{ id: 0, n }], options[(n >> 2) % 4]))),
    )
    const kinds = [
      written({ inserted: 0, updated: 1 }),
      written({ inserted: 0, ignored: 1 }),
      written({ inserted: 0, rejections: [duplicate()] }),
      duplicate(),
    ]
    expect(outcomes).toEqual(range(64).map((n) => kinds[(n >> 2) % 4]))
    expect(commits).toBe(1)
    for (const [index, one] of some.entries()) {
      await tables.expectStored(`SELECT * FROM ${nameOf(one)}`, [{ id: 0, n: 48 + index }])
    }
  })

  it('in an array or a Set, but not where a Set gives other rows than its own', async () => {
    const table = await tables.create(keyed)
    class Doubled extends Set<{ id: number; n: number }> {
      override *[Symbol.iterator](): SetIterator<{ id: number; n: number }> {
        for (const row of super[Symbol.iterator]()) {
          yield row
          yield { ...row, id: row.id + 1 }
        }
      }
    }
    const rowsOf = (n: number) => [{ id: 10 * n, n }]
    const [outcomes, commits] = await countCommits(() =>
      outcomesOf(range(20).map((n) => persist(table, n % 2 === 0 ? rowsOf(n) : new Set(rowsOf(n))))),
    )
    expect(outcomes).toEqual(range(20).map(() => written()))
    expect(commits).toBe(1)
    const [doubled, more] = await countCommits(() =>
      outcomesOf([persist(table, [{ id: -1, n: 0 }]), persist(table, new Doubled([{ id: -3, n: 0 }]))]),
    )
    expect(doubled).toEqual([written(), written({ inserted: 2 })])
    expect(more).toBe(2)
    await tables.expectStored(`SELECT count(*)::INT AS n FROM ${nameOf(table)}`, [{ n: 23 }])
  })

  it('with what a store saves', async () => {
    await need('a store')
    const store = new DuckDBStorageAdapter<number>({
      database: tables.db,
      tableName: 'store',
      durability: 'each',
    })
    await store.set('a', 0)
    const table = await tables.create('id INTEGER')
    await persist(table, [{ id: 0 }])
    const [, commits] = await countCommits(() =>
      Promise.all(range(50).flatMap((n) => [persist(table, [{ id: n }]), store.set(`k${n}`, n)])),
    )
    expect(commits).toBeLessThan(3)
    await store.close()
    const again = new DuckDBStorageAdapter<number>({ database: tables.db, tableName: 'store' })
    expect(await again.get('k49')).toBe(49)
    await again.close()
  })

  it('where they carry different columns, unless those are of one row', async () => {
    const table = await tables.create({ columns: { id: 'INTEGER', a: 'INTEGER', b: 'INTEGER' }, key: ['id'] })
    await persist(table, [{ id: 0, a: 0, b: 0 }])
    const row = (n: number) => ({ id: n % 50, [n % 2 === 0 ? 'a' : 'b']: n })
    const [outcomes, commits] = await countCommits(() =>
      outcomesOf(range(50).map((n) => persist(table, [row(n)], update))),
    )
    expect(outcomes).toEqual(range(50).map((n) => written(n === 0 ? { inserted: 0, updated: 1 } : {})))
    expect(commits).toBe(1)
    await outcomesOf(
      range(30).map((n) => persist(table, [{ id: 7, [n % 2 === 0 ? 'a' : 'b']: 100 + n }], update)),
    )
    await tables.expectStored(`SELECT * FROM ${nameOf(table)} WHERE id IN (0, 7, 8) ORDER BY id`, [
      { id: 0, a: 0, b: 0 },
      { id: 7, a: 128, b: 129 },
      { id: 8, a: 8, b: null },
    ])
  })
})

describe('calls that share a commit', () => {
  it('take back what a call has updated that is not written', async () => {
    const table = await tables.create({ columns: keyed.columns, primaryKey: ['id'] })
    const row = (id: number, n: number) => ({ id, n })
    await persist(table, [row(1, 0)])
    const bad = { id: 3, n: 'x' }
    const outcomes = await outcomesOf([
      persist(table, [row(1, 1), row(2, 1)], update),
      persist(table, [row(1, 2), row(2, 2), row(3, 2), bad], update),
      persist(table, [row(3, 3), row(2, 3)]),
      persist(table, [row(3, 4)]),
      persist(table, [row(2, 5), bad, row(4, 5)]),
    ])
    const typeError = { index: 3, code: 'type', column: 'n', conflictIndex: undefined }
    expect(outcomes).toEqual([
      written({ updated: 1 }),
      typeError,
      duplicate(1),
      written(),
      // Not the one after it, though that was found first.
      duplicate(0),
    ])
    const rows = [row(1, 1), row(2, 1), row(3, 4)]
    await tables.expectStored(`SELECT * FROM ${nameOf(table)} ORDER BY id`, rows)
  })

  it('take of a sequence what one after the other would have taken, also where they cannot share', async () => {
    await need('sequences')
    await tables.db.run(`CREATE SEQUENCE ${nameOf('ids')}`)
    const table = await tables.create(
      `id INTEGER PRIMARY KEY DEFAULT nextval('${nameOf('ids')}'), u INTEGER UNIQUE`,
    )
    const outcomes = await outcomesOf([
      persist(table, [{ u: 1 }]),
      persist(table, [{ u: 2 }]),
      persist(table, [{ id: 1, u: 9 }], update),
      persist(table, [{ id: 2, u: 1 }], update),
      persist(table, [{ u: 3 }]),
    ])
    const updated = written({ inserted: 0, updated: 1 })
    expect(outcomes).toEqual([written(), written(), updated, updated, written()])
    await tables.expectStored(`SELECT * FROM ${nameOf(table)} ORDER BY id`, [
      { id: 1, u: 9 },
      { id: 2, u: 1 },
      { id: 3, u: 3 },
    ])
  })

  it('leave nothing to the next that has to do with what the table looked like', async () => {
    await need('ALTER')
    const { db } = tables
    const table = await tables.create(keyed)
    const sql = `SELECT count(*)::INT AS n FROM ${nameOf(table)}`
    for (const change of [
      '',
      'ADD COLUMN more INTEGER',
      'ALTER n TYPE BIGINT',
      'DROP COLUMN n',
      'RENAME id TO key',
    ]) {
      if (change !== '') await db.run(`ALTER TABLE ${nameOf(table)} ${change}`)
      await db.run(`DELETE FROM ${nameOf(table)}`)
      const { columns } = await tables.again(table)
      const again = await tables.again(table, { key: [columns[0]?.name ?? ''] })
      const row = (id: number) =>
        Object.fromEntries(columns.map(({ name }, index) => [name, index === 0 ? id : 1]))
      const outcomes = await outcomesOf([...range(20), 5].map((id) => persist(again as never, [row(id)])))
      expect(
        outcomes.filter((outcome) => JSON.stringify(outcome) === JSON.stringify(written())),
      ).toHaveLength(20)
      expect(await db.query(sql)).toEqual([{ n: 20 }])
    }
  })

  it('are refused by a FOREIGN KEY of a table to itself, in their order', async () => {
    await createSqlTable(tables.db, 'tree', 'id INTEGER PRIMARY KEY, parent INTEGER REFERENCES tree (id)')
    const tree = await tables.again({ name: 'tree' })
    const rows = [...range(20), 99].map((id) => ({ id, parent: id === 0 ? null : id === 99 ? 98 : id - 1 }))
    const outcomes = await outcomesOf(rows.map((row) => persist(tree as never, [row])))
    const orphan = { index: 0, code: 'foreign-key', column: 'parent', conflictIndex: undefined }
    expect(outcomes).toEqual([...range(20).map(() => written()), orphan])
    await tables.expectStored(`SELECT count(*)::INT AS n FROM ${nameOf('tree')}`, [{ n: 20 }])
  })
})
