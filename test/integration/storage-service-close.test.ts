import { DuckDBStorageAdapter, open } from 'duckpaddle'
import { beforeEach, describe, expect, it } from 'vitest'
import { readDatabase, readEach } from '../support/read-database.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()
let path: string

beforeEach(() => {
  path = newDatabase(folder)
})

describe('close() of a service that has stores', () => {
  it('saves what is due on them first, and what was accepted', async () => {
    const db = await open(path)
    const stores = ['one', 'two', 'three'].map(
      (tableName) => new DuckDBStorageAdapter({ database: db, tableName, autoPersist: false }),
    )
    const [one, two, three] = stores
    await one?.set('k', 1)
    await two?.setMany([
      ['k', 2],
      ['l', 3],
    ])
    void three?.set('k', 4)
    await db.close()
    const queries = ['one', 'two', 'three'].map((table) => `SELECT key FROM ${table} ORDER BY key`)
    expect(await readEach(path, queries)).toEqual([
      [{ key: 'k' }],
      [{ key: 'k' }, { key: 'l' }],
      [{ key: 'k' }],
    ])
    await expect(one?.set('l', 1)).rejects.toMatchObject({ code: 'PERSIST_CLOSED' })
    await one?.close()
  })

  it('rejects where one cannot save, and stays open to try again', async () => {
    const db = await open(path)
    const store = new DuckDBStorageAdapter({ database: db, autoPersist: false })
    const value: Record<string, unknown> = {}
    await store.set('good', 1)
    await store.set('bad', value)
    value.self = value
    await expect(db.close()).rejects.toMatchObject({ code: 'PERSIST_ROW_REJECTED' })
    expect(db.stats().status).toBe('open')
    await expect(db.close({ timeoutMs: 5000 })).rejects.toMatchObject({ code: 'PERSIST_ROW_REJECTED' })
    await store.delete('bad')
    expect(await db.query('SELECT 1 AS one')).toEqual([{ one: 1 }])
    await db.close()
    expect(await readDatabase(path, 'SELECT key FROM storage')).toEqual([{ key: 'good' }])
  })

  it('leaves alone what was given up', async () => {
    const db = await open(path)
    const store = new DuckDBStorageAdapter({ database: db, autoPersist: false })
    await store.set('a', 1)
    await store.persist()
    await store.set('b', 2)
    await store.close({ discardChanges: true })
    await db.close()
    expect(await readDatabase(path, 'SELECT key FROM storage')).toEqual([{ key: 'a' }])
  })
})
