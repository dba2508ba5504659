import { DuckDBStorageAdapter, open, type PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'

let db: PersistenceService
beforeAll(async () => {
  db = await open(':memory:')
})
afterAll(() => db.close())

function nested(depth: number): unknown {
  let value: unknown = []
  for (let level = 1; level < depth; level++) value = level % 2 === 0 ? [value] : { a: value }
  return value
}

describe('JSON that is nested more than 1,000 levels deep', () => {
  it.each([1001, 2000, 100_000])('is rejected, as the row of its value: %s levels', async (depth) => {
    const table = await db.table(`t${depth}`, { columns: { id: 'INTEGER', doc: 'JSON' } })
    // Values are stringified together once some have shown how long they are.
    const rows = Array.from({ length: 300 }, (_, id) => ({ id, doc: id === 200 ? nested(depth) : { id } }))
    for (const source of [rows, new Set(rows)]) {
      const receipt = await table.persist(source, { onRowError: 'skip' })
      expect(receipt).toMatchObject({ inserted: 299, rejected: 1 })
      expect(receipt.rejections).toMatchObject([{ index: 200, column: 'doc', code: 'serialize' }])
      expect(receipt.rejections[0]?.message).toContain('more than 1000 levels')
    }
  })

  it('is a value like others up to there', async () => {
    const table = await db.table('deep', { columns: { id: 'INTEGER', doc: 'JSON' } })
    const rows = Array.from({ length: 300 }, (_, id) => ({ id, doc: id === 200 ? nested(1000) : { id } }))
    expect(await table.persist(rows)).toMatchObject({ inserted: 300 })
    const [row] = await db.query<{ doc: string }>('SELECT doc::VARCHAR AS doc FROM deep WHERE id = 200')
    expect(row?.doc).toBe(JSON.stringify(nested(1000)))
  })

  it('is refused by a store, also where a value has become so, or is read from a table or a file', async () => {
    const store = new DuckDBStorageAdapter({ database: db })
    await expect(store.set('k', nested(1001))).rejects.toThrow(TypeError)
    const grows: Record<string, unknown> = {}
    await store.set('grows', grows)
    grows.a = nested(1000)
    await expect(store.persist()).rejects.toMatchObject({
      code: 'PERSIST_ROW_REJECTED',
      rejection: { code: 'serialize', key: { key: 'grows' } },
    })
    delete grows.a
    await store.set('k', nested(1000))
    await store.close()
    const text = JSON.stringify(nested(2000))
    await db.run("INSERT INTO __duckpaddle_storage_base VALUES ('deep', ?)", [text])
    const again = new DuckDBStorageAdapter({ database: db })
    expect(await again.load()).toMatchObject({ entries: 2, unreadable: ['deep'] })
    expect(await again.get('k')).toEqual(nested(1000))
    await again.close()
  })

  it('is refused in a store whose values are in a VARCHAR', async () => {
    await db.run('CREATE TABLE texts (key VARCHAR, value VARCHAR)')
    const store = new DuckDBStorageAdapter({ database: db, tableName: 'texts' })
    const grows: Record<string, unknown> = {}
    await store.set('grows', grows)
    grows.a = nested(1000)
    await expect(store.persist()).rejects.toMatchObject({ rejection: { code: 'serialize' } })
    await store.close({ discardChanges: true })
  })
})
