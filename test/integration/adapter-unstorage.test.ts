import { DuckDBStorageAdapter } from 'duckpaddle'
import { duckdbDriver } from 'duckpaddle/unstorage'
import { createStorage, restoreSnapshot, type Storage, snapshot } from 'unstorage'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'

const folder = temporaryFolder()

/** The cases by which unstorage tests each of its drivers, which it does not publish. */
describe("unstorage's cases for drivers", () => {
  let storage: Storage
  beforeAll(() => {
    storage = createStorage({
      driver: duckdbDriver(new DuckDBStorageAdapter({ database: newDatabase(folder) })),
    })
  })
  afterEach(() => storage.clear())
  afterAll(() => storage.dispose())

  it('init: a snapshot of items is restored', async () => {
    await restoreSnapshot(storage, { initial: 'works' })
    expect(await storage.getItem('initial')).toBe('works')
    expect(await snapshot(storage, '')).toEqual({ initial: 'works' })
  })

  it('initial state: there is nothing', async () => {
    expect(await storage.hasItem('s1:a')).toBe(false)
    expect(await storage.getItem('s2:a')).toBeNull()
    expect(await storage.getKeys()).toEqual([])
  })

  it('setItem, of keys with a query, too', async () => {
    for (const key of ['s1:a', 's2:a', 's3:a?q=1']) await storage.setItem(key, 'data')
    expect(await storage.hasItem('s1:a')).toBe(true)
    expect(await storage.getItem('s1:a')).toBe('data')
    expect(await storage.getItem('s3:a?q=2')).toBe('data')
  })

  it('getKeys, of all and of a base', async () => {
    for (const key of ['s1:a', 's2:a', 's3:a?q=1']) await storage.setItem(key, 'data')
    expect((await storage.getKeys()).sort()).toEqual(['s1:a', 's2:a', 's3:a'])
    expect(await storage.getKeys('s1')).toEqual(['s1:a'])
  })

  it('getKeys with depth', async () => {
    const levels = [['top'], ['a:one', 'a:two'], ['a:b:three', 'a:b:four']]
    for (const key of levels.flat()) await storage.setItem(key, 'data')
    for (const maxDepth of [0, 1, 2]) {
      const expected = levels.slice(0, maxDepth + 1).flat()
      expect((await storage.getKeys(undefined, { maxDepth })).sort()).toEqual(expected.sort())
    }
  })

  it.each<[string, unknown, unknown]>([
    ['object', { json: 'works' }, { json: 'works' }],
    ['primitive', true, true],
    ['zero', 0, 0],
    ['false', false, false],
    ['lossy object with toJSON() of a string', { toJSON: () => 'made' }, 'made'],
    ['lossy object with toJSON() of an object', { toJSON: () => ({ made: 1 }) }, { made: 1 }],
  ])('serialize (%s)', async (_, value, expected) => {
    await storage.setItem('/data/test.json', value as object)
    expect(await storage.getItem('/data/test.json')).toEqual(expected)
  })

  it('serialize (error for what is not plain)', async () => {
    await expect(storage.setItem('/data/bad.json', new (class Test {})())).rejects.toThrow('Cannot stringify')
    expect(await storage.hasItem('/data/bad.json')).toBe(false)
  })

  it.each([
    ['bytes', new Uint8Array([1, 2, 3])],
    ['a Buffer', Buffer.from([1, 2, 3])],
    ['an ArrayBuffer', new Uint8Array([1, 2, 3]).buffer],
  ])('raw support: %s', async (_, value) => {
    await storage.setItemRaw('/data/raw.bin', value)
    expect(await storage.getItemRaw('/data/raw.bin')).toEqual(new Uint8Array([1, 2, 3]))
  })

  it('setItems', async () => {
    await storage.setItems([1, 2, 3].map((n) => ({ key: `t:${n}`, value: `value ${n}` })))
    for (const n of [1, 2, 3]) expect(await storage.getItem(`t:${n}`)).toBe(`value ${n}`)
  })

  it('getItems, in their order, and null for what is not there', async () => {
    for (const key of ['v3:a?q=1', 'v2:a', 'v1:a']) await storage.setItem(key, `of ${key}`)
    expect(await storage.getItems([{ key: 'v1:a' }, 'v2:a', { key: 'v3:a?q=1' }, 'v4:none'])).toEqual([
      { key: 'v1:a', value: 'of v1:a' },
      { key: 'v2:a', value: 'of v2:a' },
      { key: 'v3:a', value: 'of v3:a?q=1' },
      { key: 'v4:none', value: null },
    ])
  })

  it('removeItem', async () => {
    await storage.setItem('s1:a', 'data')
    await storage.removeItem('s1:a', false)
    expect(await storage.hasItem('s1:a')).toBe(false)
    expect(await storage.getItem('s1:a')).toBeNull()
  })

  it('clear, also of a storage that is empty', async () => {
    await storage.setItem('s1:a', 'data')
    for (let times = 0; times < 2; times++) {
      await storage.clear()
      expect(await storage.getKeys()).toEqual([])
    }
  })
})

describe('a storage of unstorage', () => {
  it('has its items after a restart, until they expire', async () => {
    const database = newDatabase(folder)
    const open = () => createStorage({ driver: duckdbDriver(new DuckDBStorageAdapter({ database })) })
    const first = open()
    await first.setItem('ever', { n: 1 })
    await first.setItem('later', 2, { ttl: 3600 })
    await first.setItem('over', 3, { ttl: -1 })
    await first.setItem('no ttl', 5, { ttl: 0 })
    await first.setItemRaw('raw', new Uint8Array([255]), { ttl: 3600 })
    await first.setItems([{ key: 'items', value: 4, options: { ttl: 3600 } }], { ttl: -1 })
    await first.dispose()
    const second = open()
    expect(await second.getItem('ever')).toEqual({ n: 1 })
    expect(await second.getItemRaw('raw')).toEqual(new Uint8Array([255]))
    expect((await second.getKeys()).sort()).toEqual(['ever', 'items', 'later', 'no ttl', 'raw'])
    await second.dispose()
  })

  it('is found by its base, under a mount as well, and cleared by it', async () => {
    const store = new DuckDBStorageAdapter({ database: ':memory:' })
    const storage = createStorage()
    storage.mount('db', duckdbDriver(store))
    for (const key of ['db:a:1', 'db:ab:1', 'db:a:2']) await storage.setItem(key, 1)
    expect((await storage.getKeys('db:a')).sort()).toEqual(['db:a:1', 'db:a:2'])
    const { driver } = storage.getMount('db')
    expect(driver.getInstance?.()).toBe(store)
    await driver.clear?.('a:', {})
    expect(await storage.getKeys('db')).toEqual(['db:ab:1'])
    await storage.clear('db')
    expect(await storage.getKeys('db')).toEqual([])
    await storage.dispose()
  })
})
