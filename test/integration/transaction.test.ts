import { AsyncLocalStorage } from 'node:async_hooks'
import type { Table } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { StoredTables } from '../support/stored-tables.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { nameOf, need } from '../support/test-engine.js'

const tables = new StoredTables(newDatabase(temporaryFolder()))

const range = (count: number) => Array.from({ length: count }, (_, index) => index)
const plain = { columns: { id: 'INTEGER NOT NULL', n: 'INTEGER' } }
const keyed = { ...plain, key: ['id'] }
const countOf = (table: Table) => `SELECT count(*)::INT AS n FROM ${nameOf(table)}`

describe('a transaction', () => {
  it('commits rows of several tables, and resolves to what its callback does', async () => {
    const [users, orders] = [await tables.create(keyed), await tables.create(plain)]
    const result = await tables.db.transaction(async (tx) => {
      const receipts = [
        await tx.persist(users, [{ id: 1 }, { id: 2 }]),
        await tx.persist(orders, [{ id: 7 }]),
      ]
      return receipts.map(({ rows, inserted }) => ({ rows, inserted }))
    })
    expect(result).toEqual([
      { rows: 2, inserted: 2 },
      { rows: 1, inserted: 1 },
    ])
    await tables.expectStored(countOf(users), [{ n: 2 }])
    await tables.expectStored(countOf(orders), [{ n: 1 }])
  })

  it('sees what it has written, and nobody else does before it is committed', async () => {
    await need('UPDATE, DELETE')
    const table = await tables.create(plain)
    const { db } = tables
    const seen = await db.transaction(async (tx) => {
      await tx.persist(table, [{ id: 1, n: 1 }])
      const { rowsChanged } = await tx.run(`UPDATE ${nameOf(table)} SET n = n + ?`, [41])
      const own = await tx.query(`SELECT id, n FROM ${nameOf(table)}`)
      return { rowsChanged, own, outside: await db.query(countOf(table)) }
    })
    expect(seen).toEqual({ rowsChanged: 1, own: [{ id: 1, n: 42 }], outside: [{ n: 0 }] })
    await tables.expectStored(`SELECT id, n FROM ${nameOf(table)}`, [{ id: 1, n: 42 }])
  })

  it('reads and writes by query(), with parameters and options', async () => {
    await need('RETURNING')
    const table = await tables.create(plain)
    const rows = await tables.db.transaction(async (tx) => {
      const returned = await tx.query(`INSERT INTO ${nameOf(table)} VALUES ($id, $n) RETURNING id`, {
        id: 3,
        n: 4,
      })
      const [sum] = await tx.query('SELECT sum(n) AS total FROM range(4) t(n)', [], { bigints: 'number' })
      return [...returned, sum]
    })
    expect(rows).toEqual([{ id: 3 }, { total: 6 }])
    await tables.expectStored(`SELECT id, n FROM ${nameOf(table)}`, [{ id: 3, n: 4 }])
  })

  it('reads a result of many pages whole', async () => {
    const rows = await tables.db.transaction((tx) => tx.query('SELECT range::INT AS i FROM range(5000)'))
    expect(rows).toEqual(range(5000).map((i) => ({ i })))
  })

  it('takes rows of tables that a FOREIGN KEY links, parents first', async () => {
    const parents = await tables.create('id INTEGER PRIMARY KEY, name VARCHAR')
    const children = await tables.create(
      `id INTEGER PRIMARY KEY, parent INTEGER REFERENCES ${parents.name} (id)`,
    )
    await tables.db.transaction(async (tx) => {
      await tx.persist(
        parents,
        range(500).map((id) => ({ id, name: `p${id}` })),
      )
      await tx.persist(
        children,
        range(2000).map((id) => ({ id, parent: id % 500 })),
      )
      // Rows that others refer to, and that refer to others.
      await tx.persist(parents, [{ id: 3, name: 'changed' }], { onConflict: 'update' })
      await tx.persist(children, [{ id: 4, parent: 3 }], { onConflict: 'update' })
      await tx.persist(children, [{ id: 4, parent: 5 }], { onConflict: 'update' })
    })
    const sql = `SELECT count(*)::INT AS n, count(*) FILTER (c.id = 4 AND p.id = 5)::INT AS moved,
      count(DISTINCT p.id) FILTER (p.name = 'changed')::INT AS changed
      FROM ${nameOf(children)} c JOIN ${nameOf(parents)} p ON c.parent = p.id`
    await tables.expectStored(sql, [{ n: 2000, moved: 1, changed: 1 }])
  })

  it('fails as a whole where DuckDB still takes a row for one that others refer to', async () => {
    const parents = await tables.create('id INTEGER PRIMARY KEY, name VARCHAR UNIQUE')
    const children = await tables.create(`parent INTEGER REFERENCES ${parents.name} (id)`)
    await parents.persist([{ id: 1, name: 'a' }])
    await children.persist([{ parent: 1 }])
    const transaction = tables.db.transaction(async (tx) => {
      await tx.run(`DELETE FROM ${nameOf(children)}`)
      await tx.persist(parents, [{ id: 1, name: 'b' }], { onConflict: 'update' })
    })
    await expect(transaction).rejects.toMatchObject({ code: 'PERSIST_WRITE_FAILED' })
    await tables.expectStored(`SELECT name FROM ${nameOf(parents)} JOIN ${nameOf(children)} ON parent = id`, [
      { name: 'a' },
    ])
  })

  it('that refers to a row which is not there rejects with that row', async () => {
    const parents = await tables.create('id INTEGER PRIMARY KEY')
    const children = await tables.create(`parent INTEGER REFERENCES ${parents.name} (id)`)
    const work = tables.db.transaction(async (tx) => {
      await tx.persist(parents, [{ id: 1 }])
      await tx.persist(children, [{ parent: 1 }, { parent: 2 }])
    })
    await expect(work).rejects.toMatchObject({
      code: 'PERSIST_ROW_REJECTED',
      rejection: { index: 1, code: 'foreign-key', row: { parent: 2 } },
    })
    await tables.expectStored(countOf(parents), [{ n: 0 }])
  })

  it('runs its calls in their order, also those that are made at once', async () => {
    await need('UPDATE, DELETE')
    const table = await tables.create(keyed)
    const results = await tables.db.transaction((tx) =>
      Promise.all([
        tx.persist(table, [{ id: 1, n: 1 }]),
        tx.query(`SELECT n FROM ${nameOf(table)}`),
        tx.persist(table, [{ id: 1, n: 2 }], { onConflict: 'update' }),
        tx.query(`SELECT n FROM ${nameOf(table)}`),
        tx.run(`DELETE FROM ${nameOf(table)}`),
        tx.persist(table, [{ id: 1, n: 3 }]),
      ]),
    )
    expect(results).toMatchObject([
      { inserted: 1 },
      [{ n: 1 }],
      { updated: 1 },
      [{ n: 2 }],
      { rowsChanged: 1 },
      { inserted: 1 },
    ])
    await tables.expectStored(`SELECT id, n FROM ${nameOf(table)}`, [{ id: 1, n: 3 }])
  })

  it('includes the calls that its callback has not awaited', async () => {
    await need('UPDATE, DELETE')
    const table = await tables.create(keyed)
    async function* slow() {
      yield { id: 1 }
      await new Promise(setImmediate)
      yield { id: 2 }
    }
    await tables.db.transaction(async (tx) => {
      void tx.persist(table, slow())
      void tx.run(`UPDATE ${nameOf(table)} SET n = 5`)
    })
    await tables.expectStored(`SELECT id, n FROM ${nameOf(table)} ORDER BY id`, [
      { id: 1, n: 5 },
      { id: 2, n: 5 },
    ])
  })

  it('of nothing resolves, and so does one whose rows are none', async () => {
    const table = await tables.create(keyed)
    const { commits } = tables.db.stats()
    expect(await tables.db.transaction(async () => 'value')).toBe('value')
    expect(await tables.db.transaction((tx) => tx.persist(table, []))).toMatchObject({ rows: 0, batches: 0 })
    expect(tables.db.stats().commits).toBe(commits)
  })

  it('leaves out bad rows where it is to, and commits the others', async () => {
    const table = await tables.create(keyed)
    const rows = [{ id: 1 }, { id: 'x' }, { id: 1 }, { id: 2 }]
    const receipts = await tables.db.transaction(async (tx) => [
      await tx.persist(table, rows as never, { onRowError: 'skip' }),
      await tx.persist(table, rows as never, { onRowError: ({ index }) => (index < 9 ? 'skip' : 'abort') }),
    ])
    const [first, second] = receipts.map(({ inserted, rejections }) => ({
      inserted,
      rejections: rejections.map(({ index, code, conflictIndex }) => [index, code, conflictIndex]),
    }))
    expect(first).toEqual({
      inserted: 2,
      rejections: [
        [1, 'type', undefined],
        [2, 'duplicate-key', 0],
      ],
    })
    // The table has them: an earlier call of the transaction is none of this one's rows.
    expect(second).toEqual({
      inserted: 0,
      rejections: [
        [0, 'duplicate-key', undefined],
        [1, 'type', undefined],
        [2, 'duplicate-key', undefined],
        [3, 'duplicate-key', undefined],
      ],
    })
    await tables.expectStored(countOf(table), [{ n: 2 }])
  })

  it('counts in stats() once it is committed', async () => {
    const table = await tables.create(plain)
    const { db } = tables
    const before = db.stats()
    await db.transaction(async (tx) => {
      await tx.persist(table, [{ id: 1 }, { id: 'x' } as never], { onRowError: 'skip' })
      const call = tx.persist(table, [{ id: 2 }])
      expect(db.stats().persisting).toBe(before.persisting + 1)
      await call
      expect(db.stats()).toMatchObject({ persisted: before.persisted, rows: before.rows, persisting: 0 })
    })
    const { persisted, rows, rejected, commits } = db.stats()
    const grown = [
      [persisted, before.persisted],
      [rows, before.rows],
      [rejected, before.rejected],
      [commits, before.commits],
    ].map(([after = 0, earlier = 0]) => after - earlier)
    expect(grown).toEqual([2, 2, 1, 1])
    await expect(
      db.transaction(async (tx) => {
        await tx.persist(table, [{ id: 3 }])
        throw new Error('no')
      }),
    ).rejects.toThrow('no')
    expect(db.stats()).toMatchObject({ persisted, rows, commits, inFlightBytes: 0 })
  })

  it("runs its callback, and a row's getter, in the asynchronous context of the caller", async () => {
    const table = await tables.create(plain)
    const storage = new AsyncLocalStorage<string>()
    const seen: (string | undefined)[] = []
    await storage.run('caller', async () => {
      await tables.db.transaction(async (tx) => {
        seen.push(storage.getStore())
        await tx.persist(table, [
          {
            get id() {
              seen.push(storage.getStore())
              return 1
            },
          },
        ])
        await tx.query('SELECT 1')
        seen.push(storage.getStore())
      })
      seen.push(storage.getStore())
    })
    expect(new Set(seen)).toEqual(new Set(['caller']))
    expect(seen.length).toBeGreaterThan(3)
  })
})

describe.each([2000, 60_000])('%i rows in a transaction', (count) => {
  const kinds: [string, () => Iterable<{ id: number }> | AsyncIterable<{ id: number }>][] = [
    ['an array', () => range(count).map((id) => ({ id, n: 1 }))],
    [
      'a generator',
      function* () {
        for (let id = 0; id < count; id++) yield { id, n: 1 }
      },
    ],
    [
      'an async generator',
      async function* () {
        for (let id = 0; id < count; id++) yield { id, n: 1 }
      },
    ],
  ]
  it.each(kinds)('of %s are written to tables of every kind, and to each of them twice', async (_, rows) => {
    const targets = [
      await tables.create(plain),
      await tables.create(keyed),
      await tables.create({ ...plain, primaryKey: ['id'] }),
      await tables.create('id INTEGER NOT NULL, n INTEGER DEFAULT 1'),
    ]
    const isKeyed = (table: Table) => table.key.length > 0
    const receipts = await tables.db.transaction(async (tx) => {
      const all = []
      for (const table of targets) all.push(await tx.persist(table, rows() as never))
      for (const table of targets) {
        const options = isKeyed(table) ? ({ onConflict: 'update' } as const) : {}
        all.push(await tx.persist(table, rows() as never, options as never))
      }
      return all
    })
    const updating = receipts.slice(targets.length)
    expect(receipts.slice(0, targets.length).map(({ inserted }) => inserted)).toEqual(
      targets.map(() => count),
    )
    expect(updating.map(({ inserted, updated }) => [inserted, updated])).toEqual(
      targets.map((table) => (isKeyed(table) ? [0, count] : [count, 0])),
    )
    for (const table of targets) {
      const sql = `SELECT count(*)::INT AS n, count(DISTINCT id)::INT AS ids, sum(n)::INT AS ones FROM ${nameOf(table)}`
      const n = isKeyed(table) ? count : 2 * count
      await tables.expectStored(sql, [{ n, ids: count, ones: n }])
    }
  })
})
