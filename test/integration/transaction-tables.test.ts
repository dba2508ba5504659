import { describe, expect, it } from 'vitest'
import { StoredTables } from '../support/stored-tables.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { nameOf, need } from '../support/test-engine.js'

const tables = new StoredTables(newDatabase(temporaryFolder()))

const mismatch = { code: 'PERSIST_SCHEMA_MISMATCH' }
const update = { onConflict: 'update' } as const
const keyed = { columns: { id: 'INTEGER NOT NULL', n: 'INTEGER' }, key: ['id'] }

class RolledBack extends Error {}

describe('a table that a transaction has changed', () => {
  it('must fit what was described, and is as before when the transaction is rolled back', async () => {
    await need('ALTER')
    const table = await tables.create(keyed)
    const name = nameOf(table)
    for (const sql of [
      `ALTER TABLE ${name} ADD COLUMN more INTEGER`,
      `ALTER TABLE ${name} ALTER n TYPE VARCHAR`,
    ]) {
      const transaction = tables.db.transaction(async (tx) => {
        await tx.persist(table, [{ id: 1 }], update)
        await tx.run(sql)
        await tx.persist(table, [{ id: 2 }])
      })
      await expect(transaction).rejects.toMatchObject(mismatch)
      expect(await table.persist([{ id: 1, n: 1 }], update)).toMatchObject({ rows: 1 })
    }
    await tables.expectStored(`SELECT * FROM ${name}`, [{ id: 1, n: 1 }])
  })

  it('is as it is to everybody once the transaction is committed', async () => {
    await need('ALTER')
    const table = await tables.create(keyed)
    const name = nameOf(table)
    await tables.db.transaction(async (tx) => {
      await tx.persist(table, [{ id: 1 }])
      await tx.run(`ALTER TABLE ${name} ADD COLUMN more INTEGER DEFAULT 7`)
      await tx.run(`INSERT INTO ${name} (id) VALUES (2)`)
    })
    await expect(table.persist([{ id: 3 }])).rejects.toMatchObject(mismatch)
    await expect(tables.db.transaction((tx) => tx.persist(table, [{ id: 3 }]))).rejects.toMatchObject(
      mismatch,
    )
    const again = await tables.again(table, { key: ['id'] })
    await tables.db.transaction((tx) => tx.persist(again, [{ id: 3, more: 8 }]))
    await tables.expectStored(`SELECT id, more FROM ${name} ORDER BY id`, [
      { id: 1, more: 7 },
      { id: 2, more: 7 },
      { id: 3, more: 8 },
    ])
  })

  it('has the constraints that the transaction has given it, also for those alone', async () => {
    await need('indexes')
    const table = await tables.create({ columns: { id: 'INTEGER NOT NULL', n: 'INTEGER' } })
    const name = nameOf(table)
    const rejected = async (isKept: boolean) => {
      let code: string | undefined
      const transaction = tables.db.transaction(async (tx) => {
        await tx.run(`CREATE UNIQUE INDEX index_of_${table.name} ON ${name} (id)`)
        const rows = [{ id: 1 }, { id: 1 }]
        const { rejections } = await tx.persist(table, rows, { onRowError: 'skip' })
        code = rejections[0]?.code
        if (!isKept) throw new RolledBack()
      })
      await (isKept ? transaction : expect(transaction).rejects.toBeInstanceOf(RolledBack))
      return code
    }
    expect(await rejected(false)).toBe('unique')
    expect(await table.persist([{ id: 5 }, { id: 5 }])).toMatchObject({ inserted: 2 })
    await tables.db.run(`DELETE FROM ${name}`)
    expect(await rejected(true)).toBe('unique')
    await expect(table.persist([{ id: 6 }, { id: 6 }])).rejects.toMatchObject(mismatch)
    await tables.expectStored(`SELECT id FROM ${name}`, [{ id: 1 }])
  })

  it('may be dropped and made anew', async () => {
    await need('ALTER')
    const table = await tables.create(keyed)
    const name = nameOf(table)
    await table.persist([{ id: 1, n: 1 }])
    await tables.db.transaction(async (tx) => {
      await tx.persist(table, [{ id: 2, n: 2 }])
      await tx.run(`DROP TABLE ${name}`)
      await tx.run(`CREATE TABLE ${name} (id INTEGER NOT NULL, n INTEGER)`)
      await tx.persist(table, [{ id: 2, n: 3 }])
    })
    await tables.expectStored(`SELECT id, n FROM ${name}`, [{ id: 2, n: 3 }])
  })

  it('is waited for by table(), as soon as the transaction has begun to change it', async () => {
    await need('ALTER')
    const { db } = tables
    let begin = () => {}
    const begun = new Promise<void>((resolve) => {
      begin = resolve
    })
    let goOn = () => {}
    const asked = new Promise<void>((resolve) => {
      goOn = resolve
    })
    const transaction = db.transaction(async (tx) => {
      const created = tx.run(`CREATE TABLE ${nameOf('made_in_it')} (id INTEGER)`)
      begin()
      await created
      await asked
      await tx.run(`INSERT INTO ${nameOf('made_in_it')} VALUES (1)`)
    })
    await begun
    const found = tables.again({ name: 'made_in_it' })
    goOn()
    await transaction
    expect((await found).name).toBe('made_in_it')
    await tables.expectStored(`SELECT * FROM ${nameOf('made_in_it')}`, [{ id: 1 }])
  })
})

describe('a table that statements of a transaction have written to', () => {
  it.each([
    ['a key', { ...keyed }],
    ['a primaryKey', { columns: keyed.columns, primaryKey: ['id'] }],
  ])('is seen so by persist() (%s)', async (_, definition) => {
    await need('UPDATE, DELETE')
    const table = await tables.create(definition)
    const name = nameOf(table)
    await table.persist([{ id: 0, n: 0 }])
    const receipts = await tables.db.transaction(async (tx) => {
      await tx.run(`INSERT INTO ${name} SELECT range, 1 FROM range(1, 5000)`)
      const ignoring = await tx.persist(
        table,
        Array.from({ length: 6000 }, (_row, id) => ({ id, n: 2 })),
        { onConflict: 'ignore' },
      )
      await tx.run(`DELETE FROM ${name} WHERE id % 2 = 1`)
      const updating = await tx.persist(
        table,
        Array.from({ length: 6000 }, (_row, id) => ({ id, n: 3 })),
        update,
      )
      return [ignoring, updating].map(({ inserted, updated, ignored }) => ({ inserted, updated, ignored }))
    })
    expect(receipts).toEqual([
      { inserted: 1000, updated: 0, ignored: 5000 },
      { inserted: 3000, updated: 3000, ignored: 0 },
    ])
    const sql = `SELECT count(*)::INT AS n, count(DISTINCT id)::INT AS ids, sum(n)::INT AS sum FROM ${name}`
    await tables.expectStored(sql, [{ n: 6000, ids: 6000, sum: 18_000 }])
  })
})
