import { existsSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { open } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { contents, numbered } from '../support/store-entries.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { TestStores } from '../support/test-stores.js'

const folder = temporaryFolder()
const stores = new TestStores(folder)

describe('the database', () => {
  it('is opened at the first call, once for many, and not before', async () => {
    const database = newDatabase(folder)
    const store = stores.create({ database })
    expect(existsSync(database)).toBe(false)
    await Promise.all([store.set('a', 1), store.load(), store.set('b', 2), store.persist(), store.get('a')])
    expect(existsSync(database)).toBe(true)
    expect(await contents(store)).toEqual({ a: 1, b: 2 })
    expect(await store.size()).toBe(2)
  })

  it('that cannot be opened is tried again at the next call', async () => {
    const missing = join(folder, 'missing')
    const store = stores.create({ database: join(missing, 'a.duckdb') })
    await expect(store.get('a')).rejects.toMatchObject({ code: expect.stringMatching(/^PERSIST_/) })
    await expect(store.set('a', 1)).rejects.toMatchObject({ code: expect.stringMatching(/^PERSIST_/) })
    mkdirSync(missing)
    expect(await store.get('a')).toBeUndefined()
    await store.set('a', 1)
    await store.close()
    await stores.expectStored(store, { a: 1 })
  })

  it('that has a table which is no store is refused, and closed again', async () => {
    const database = newDatabase(folder)
    const service = await open(database)
    await service.run('CREATE TABLE storage (id INTEGER)')
    await service.close()
    const store = stores.create({ database })
    await expect(store.load()).rejects.toMatchObject({ code: 'PERSIST_SCHEMA_MISMATCH' })
    const again = await open(database)
    await again.run('DROP TABLE storage')
    await again.close()
    await store.set('a', 1)
    await store.close()
    await stores.expectStored(store, { a: 1 })
  })

  it('has a view of key and value that another client reads', async () => {
    const store = stores.create({ tableName: 'entries' })
    await store.setMany(numbered(3))
    await store.persist()
    await store.set('k0', ['a\0b', null, 'é'])
    await store.set('null', null)
    await store.delete('k1')
    await store.close()
    await stores.expectStored(store, { k0: ['a\0b', null, 'é'], k2: { n: 2 }, null: null })
    const sql = `SELECT table_type AS t FROM information_schema.tables WHERE table_name = 'entries'`
    expect(await stores.service.query(sql)).toEqual([{ t: 'VIEW' }])
    const columns = await stores.service.query('SELECT * FROM entries LIMIT 1')
    expect(Object.keys(columns[0] ?? {})).toEqual(['key', 'value'])
  })

  it('gives the entries back after a restart, and again after the next', async () => {
    const tableName = stores.newTable()
    for (let round = 0; round < 4; round++) {
      const store = stores.create({ tableName })
      expect(await contents(store)).toEqual(Object.fromEntries(numbered(round, 0)))
      await store.set(`k${round}`, { n: round })
      await store.set('gone', round)
      if (round % 2 === 0) await store.persist()
      await store.delete('gone')
      await store.close()
      if (round === 3) await stores.expectStored(store, Object.fromEntries(numbered(4)))
    }
  })

  it('gives back after a restart what was kept before it, -0 and arrays with properties as they were kept', async () => {
    let deep: unknown = 'core'
    for (let level = 0; level < 900; level++) deep = level % 2 === 0 ? [deep] : { deep }
    const values = [
      null,
      0.1,
      5e-324,
      2 ** 60,
      '',
      'a\0b',
      '\u2028👩‍👩‍👧',
      [],
      {},
      [[null]],
      { '': { 'ü"\0': 1 } },
    ]
    const entries = [...values, deep, 'x'.repeat(300_000)].map(
      (value, index) => [`${index}\0é"`, value] as const,
    )
    const odd = { '-0': -0, 'an array with a property': Object.assign([1], { x: 2 }) }
    const store = stores.create({ database: newDatabase(folder) })
    await store.setMany([...entries, ...Object.entries(odd)])
    const before = await store.getMany(Object.keys(odd))
    await store.close()
    const again = stores.again(store)
    expect(await again.load()).toEqual({ entries: entries.length + 2, unreadable: [] })
    for (const [key, value] of entries) expect(await again.get(key)).toEqual(value)
    for (const key of Object.keys(odd)) expect(await again.get(key)).toStrictEqual(before.get(key))
  })

  it('never has an entry that it cannot give back: a lone surrogate in a property name is refused', async () => {
    const store = stores.create()
    await expect(store.set('k', { 'a\ud800': 1 })).rejects.toThrow(TypeError)
  })

  it('can have several stores, each with its own table', async () => {
    const [a, b] = [stores.create(), stores.create()]
    await Promise.all([a.set('k', 'a'), b.set('k', 'b')])
    await Promise.all([a.close(), b.close()])
    expect(stores.service.stats().status).toBe('open')
    await stores.expectStored(a, { k: 'a' })
    await stores.expectStored(b, { k: 'b' })
  })

  it('of a service has one store for a table at a time', async () => {
    const [first, second] = [stores.create({ tableName: 'one' }), stores.create({ tableName: 'ONE' })]
    await first.set('a', 1)
    await expect(second.get('a')).rejects.toMatchObject({ code: 'PERSIST_ALREADY_OPEN' })
    await first.close()
    expect(await second.get('a')).toBe(1)
  })

  it('of a service has one of two stores on a table that are opened at once', async () => {
    const both = [stores.create({ tableName: 'both' }), stores.create({ tableName: 'both' })]
    const results = await Promise.allSettled(both.map((store) => store.load()))
    expect(results.map(({ status }) => status).sort()).toEqual(['fulfilled', 'rejected'])
    const rejected = results.find(({ status }) => status === 'rejected')
    expect(rejected).toMatchObject({ reason: { code: 'PERSIST_ALREADY_OPEN' } })
  })

  it('by its path has one store at a time', async () => {
    const first = stores.create({ database: newDatabase(folder) })
    const second = stores.again(first)
    await first.set('a', 1)
    await expect(second.get('a')).rejects.toMatchObject({ code: 'PERSIST_ALREADY_OPEN' })
    await first.close()
    expect(await second.get('a')).toBe(1)
  })

  it('that is closed by its owner refuses what the store saves', async () => {
    const service = await open(':memory:')
    const store = stores.create({ database: service })
    await store.set('a', 1)
    await service.close()
    await expect(store.persist()).rejects.toMatchObject({ code: 'PERSIST_CLOSED' })
  })
})
