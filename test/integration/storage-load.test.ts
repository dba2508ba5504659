import { type DuckDBStorageAdapter, open, type PersistenceService } from 'duckpaddle'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { expectSame } from '../support/expect-same.js'
import { loseWorker, smallHeap } from '../support/lose-worker.js'
import { contents, numbered } from '../support/store-entries.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { TestStores } from '../support/test-stores.js'

const stores = new TestStores(temporaryFolder())

type Store = DuckDBStorageAdapter
/** Too many to be checked at once. */
const many = (value: number) =>
  Array.from({ length: 50_000 }, (_, index): [string, number] => [`k${index}`, value])

describe('calls before the database is open', () => {
  it.each([
    ['clear() before setMany()', (store: Store) => [store.clear(), store.setMany(many(0))], [0, 50_000]],
    [
      'one change between many',
      (store: Store) => [
        store.setMany(many(1)),
        store.set('k7', 2),
        store.setMany(many(3)),
        store.set('k8', 4),
      ],
      [3, 50_000, 'k8', 4],
    ],
    [
      'few between many',
      (store: Store) => [
        store.setMany(many(1)),
        store.setMany([['k7', 2]]),
        store.deleteMany(['k8']),
        store.set('k8', 5),
      ],
      [1, 50_000, 'k7', 2, 'k8', 5],
    ],
  ] as const)('have their effects in their order: %s', async (_, call, [value, size, ...others]) => {
    const store = stores.create()
    await Promise.all(call(store))
    expect(await store.size()).toBe(size)
    expect(await store.get('k49999')).toBe(value)
    for (let index = 0; index < others.length; index += 2) {
      expect(await store.get(String(others[index]))).toBe(others[index + 1])
    }
  })
})

describe('load()', () => {
  it('saves what is due, and then reads what others have written', async () => {
    const { service } = stores
    const store = stores.create({ tableName: 'loaded' })
    await store.setMany(numbered(2))
    await store.persist()
    await service.run('CHECKPOINT')
    await service.run(`INSERT INTO __duckpaddle_loaded_base VALUES ('sql', '{"by":"sql"}')`)
    await service.run(`DELETE FROM __duckpaddle_loaded_log WHERE key = 'k0'`)
    await store.set('due', 1)
    expect(await store.get('sql')).toBeUndefined()
    expect(await store.load()).toEqual({ entries: 3, unreadable: [] })
    const expected = { k1: { n: 1 }, sql: { by: 'sql' }, due: 1 }
    expect(await contents(store)).toEqual(expected)
    expect(await stores.querySaved(store)).toEqual(expected)
    await store.set('sql', 2)
    expect(await store.persist()).toMatchObject({ inserted: 0, updated: 1 })
  })

  it('leaves a running iteration the entries that it began with', async () => {
    const store = stores.create()
    await store.setMany(numbered(5))
    const iteration = store.entries()
    const seen = [(await iteration.next()).value]
    await store.delete('k4')
    await store.load()
    await store.set('k3', 'changed')
    for await (const entry of iteration) seen.push(entry)
    expect(Object.fromEntries(seen as [string, unknown][])).toEqual(Object.fromEntries(numbered(5)))
  })

  it.each([1, 2])('keeps what is set while %i of it run', async (loads) => {
    const store = stores.create()
    await store.setMany(numbered(20_000))
    await store.persist()
    await store.set('due', 1)
    let isDone = false
    const loading = Promise.all(Array.from({ length: loads }, () => store.load())).then(() => {
      isDone = true
    })
    const expected: Record<string, number> = {}
    for (let turn = 0; !isDone; turn++) {
      await store.set(`during ${turn}`, turn)
      expected[`during ${turn}`] = turn
      await new Promise(setImmediate)
    }
    await loading
    const found = Object.fromEntries(await store.getMany(Object.keys(expected)))
    expect(found).toEqual(expected)
  })

  it('of 100,000 entries lets the event loop turn all the while', async () => {
    const store = stores.create()
    await store.setMany(numbered(100_000))
    await store.close()
    const again = stores.again(store)
    let turns = 0
    let isLoading = true
    const turning = (async () => {
      for (; isLoading; turns++) await new Promise(setImmediate)
    })()
    expect(await again.load()).toEqual({ entries: 100_000, unreadable: [] })
    isLoading = false
    await turning
    // Far more than there are batches of rows.
    expect(turns).toBeGreaterThan(100)
    expect(await again.get('k99999')).toEqual({ n: 99_999 })
  })
})

describe('a store in memory whose worker was lost', () => {
  let service: PersistenceService
  beforeAll(async () => {
    service = await open(':memory:', { resourceLimits: smallHeap })
  })
  afterAll(() => service.close())

  async function createLost(): Promise<DuckDBStorageAdapter> {
    const store = stores.create({ database: service, tableName: stores.newTable() })
    await store.setMany(numbered(3))
    await store.persist()
    await expect(loseWorker(store)).rejects.toMatchObject({
      code: 'PERSIST_WORKER_LOST',
      isDataLost: true,
    })
    return store
  }

  it('saves everything again', async () => {
    const store = await createLost()
    await store.set('after', 1)
    await store.delete('k0')
    await store.persist().catch((error) => expect(error).toMatchObject({ code: 'PERSIST_TABLE_NOT_FOUND' }))
    await store.persist()
    expect(await contents(store)).toEqual({ k1: { n: 1 }, k2: { n: 2 }, after: 1 })
    expect(await stores.querySaved(store)).toEqual({ k1: { n: 1 }, k2: { n: 2 }, after: 1 })
  })

  it('saves everything of many, and what is set and deleted while it collects them', async () => {
    const store = await createLost()
    // In the turns of the save, which are many.
    await store.setMany(numbered(50_000))
    await store.persist().catch((error) => expect(error).toMatchObject({ code: 'PERSIST_TABLE_NOT_FOUND' }))
    await store.persist()
    await expect(loseWorker(store)).rejects.toMatchObject({ code: 'PERSIST_WORKER_LOST' })
    let isSaved = false
    const saving = store.persist().then(() => {
      isSaved = true
    })
    for (let turn = 0; !isSaved; turn++) {
      await store.set(`k${turn * 7}`, { n: -turn })
      await store.delete(`k${turn * 7 + 1}`)
      await new Promise(setImmediate)
    }
    await saving
    await store.persist()
    const saved = await stores.querySaved(store)
    expect(Object.keys(saved).length).toBe(await store.size())
    expectSame(saved, await contents(store))
  })

  it('saves everything again also where nothing has changed since', async () => {
    const store = await createLost()
    await store.persist().catch((error) => expect(error).toMatchObject({ code: 'PERSIST_TABLE_NOT_FOUND' }))
    await store.persist()
    expect(await stores.querySaved(store)).toEqual(Object.fromEntries(numbered(3)))
  })
})

describe('calls that nobody waits for', () => {
  it('are made in their order, also behind those that take turns with the rest of the program', async () => {
    for (const isOpen of [true, false]) {
      const target = stores.create()
      if (isOpen) await target.load()
      void target.setMany(Array.from({ length: 50_000 }, (_, index) => [`k${index}`, index]))
      void target.set('k49999', 'later')
      void target.deleteMany(Array.from({ length: 25_000 }, (_, index) => `k${index}`))
      void target.set('k0', 'last')
      await target.delete('k1')
      expect(await target.size()).toBe(25_001)
      expect(await target.getMany(['k0', 'k1', 'k49999'])).toEqual(
        new Map([
          ['k0', 'last'],
          ['k49999', 'later'],
        ]),
      )
    }
  })
})

describe('query()', () => {
  it('runs SQL with parameters on what is saved', async () => {
    const store = stores.create()
    await store.setMany(numbered(10))
    await store.persist()
    const table = stores.tableOf(store)
    const sql = `SELECT key FROM ${table} WHERE (value->>'$.n')::INT >= $1 AND key <> $2 ORDER BY key`
    expect(await store.query<{ key: string }>(sql, [7, 'k8'])).toEqual([{ key: 'k7' }, { key: 'k9' }])
    await expect(store.query('SELECT nonsense')).rejects.toMatchObject({ code: 'PERSIST_QUERY_FAILED' })
  })
})
