import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { DuckDBStorageAdapter } from 'duckpaddle'
import { beforeAll, describe, expect, it } from 'vitest'
import { isLong } from '../support/generated-cases.js'
import { numbered, setPoisoned } from '../support/store-entries.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { TestStores } from '../support/test-stores.js'

const folder = temporaryFolder()
const stores = new TestStores(folder)

describe('a store', () => {
  const file = join(folder, 'states.parquet')
  const methods: Record<string, (store: DuckDBStorageAdapter) => Promise<unknown>> = {
    get: (store) => store.get('k'),
    has: (store) => store.has('k'),
    set: (store) => store.set('k', 1),
    delete: (store) => store.delete('k'),
    clear: (store) => store.clear(),
    size: (store) => store.size(),
    getMany: (store) => store.getMany(['k']),
    setMany: (store) => store.setMany([['k', 1]]),
    deleteMany: (store) => store.deleteMany(['k']),
    batch: (store) => store.batch([{ type: 'set', key: 'k', value: 1 }]),
    transaction: (store) => store.transaction((inner) => inner.set('k', 1)),
    keys: (store) => store.keys().next(),
    values: (store) => store.values().next(),
    entries: (store) => store.entries().next(),
    iteration: (store) => store[Symbol.asyncIterator]().next(),
    persist: (store) => store.persist(),
    load: (store) => store.load(),
    query: (store) => store.query('SELECT 1'),
    exportParquet: (store) => store.exportParquet(file),
    importParquet: (store) => store.importParquet(file),
  }
  const byName = Object.entries(methods)

  beforeAll(() => stores.create().exportParquet(file))

  it.each(byName)('that is new, opening or open does %s()', async (_, call) => {
    const store = stores.create()
    await call(store)
    await call(store)
    await store.close()
    const opening = stores.create()
    await Promise.all([opening.load(), call(opening)])
    await opening.close()
  })

  it('does all of them while it opens a file of its own, and refuses them all once that is closed', async () => {
    const store = stores.create({ database: newDatabase(folder) })
    await Promise.all(byName.map(([, call]) => call(store)))
    const closing = store.close()
    await new Promise(setImmediate)
    const refused = { status: 'rejected', reason: { code: 'PERSIST_CLOSED' } }
    for (let time = 0; time < 2; time++) {
      const outcomes = await Promise.allSettled(byName.map(([, call]) => call(store)))
      expect(outcomes).toMatchObject(byName.map(() => refused))
      await closing
    }
  })

  it.each(byName)('that is closing or closed refuses %s()', async (_, call) => {
    const store = stores.create()
    await store.set('k', 0)
    const closing = store.close()
    await new Promise(setImmediate)
    await expect(call(store)).rejects.toMatchObject({ code: 'PERSIST_CLOSED' })
    await closing
    await expect(call(store)).rejects.toMatchObject({ code: 'PERSIST_CLOSED' })
    await stores.expectStored(store, { k: 0 })
  })

  it.each(byName.filter(([name]) => /^(set|get|delete|clear|size|keys|persist|load|query)$/.test(name)))(
    'refuses %s() from the call of close() on',
    async (_, call) => {
      const store = stores.create()
      await store.set('k', 0)
      const closing = store.close()
      const late = call(store)
      await Promise.all([closing, expect(late).rejects.toMatchObject({ code: 'PERSIST_CLOSED' })])
    },
  )

  it('can be closed while the same turn of the event loop goes on to change it', async () => {
    const store = stores.create()
    await store.set('k', 0)
    const closing = store.close()
    const [outcome, late] = await Promise.allSettled([closing, store.set('k', 1)])
    expect(outcome).toEqual({ status: 'fulfilled', value: undefined })
    await stores.expectStored(store, { k: late.status === 'fulfilled' ? 1 : 0 })
  })

  it('can be closed before it was opened, and makes no file', async () => {
    const database = newDatabase(folder)
    const store = stores.create({ database })
    await store.close()
    await expect(store.get('k')).rejects.toMatchObject({ code: 'PERSIST_CLOSED' })
    expect(existsSync(database)).toBe(false)
  })

  it('can be closed twice, at once and later', async () => {
    const store = stores.create()
    await store.set('k', 0)
    await Promise.all([store.close(), store.close({ discardChanges: true })])
    await store.close()
    await store[Symbol.asyncDispose]()
    await stores.expectStored(store, { k: 0 })
  })

  it.each(['of a service', 'of its own'])(
    'that is closed while its database %s opens saves what was set before',
    async (whose) => {
      const store = stores.create(whose === 'of its own' ? { database: newDatabase(folder) } : {})
      const set = store.set('k', 0)
      await store.close()
      await set
      await stores.expectStored(store, { k: 0 })
    },
  )

  it('that is closed while it saves waits for it, and saves what came after', async () => {
    const store = stores.create()
    await store.setMany(numbered(5000))
    const persisting = store.persist()
    await store.set('after', 1)
    await store.close()
    expect(await persisting).toMatchObject({ inserted: 5000 })
    await stores.expectStored(store, { ...Object.fromEntries(numbered(5000)), after: 1 })
  })

  it('that is closed during a transaction has none of its changes, and the transaction rejects', async () => {
    const store = stores.create()
    await store.set('before', 1)
    let close: Promise<void> | undefined
    const transaction = store.transaction(async (inner) => {
      await inner.set('inner', 1)
      close = store.close()
      await close
    })
    await expect(transaction).rejects.toMatchObject({ code: 'PERSIST_CLOSED' })
    await close
    await stores.expectStored(store, { before: 1 })
  })

  it.each(['setMany', 'deleteMany'] as const)(
    'that is closed during %s() has saved all that this resolves to',
    async (method) => {
      const count = 100_000
      const store = stores.create()
      const entries = [...numbered(count)]
      if (method === 'deleteMany') await store.setMany(entries)
      const keys = entries.map(([key]) => key)
      const change = method === 'setMany' ? store.setMany(entries) : store.deleteMany(keys)
      const isUnderWay = async () => {
        const size = await store.size()
        return size > 0 && size < count
      }
      let isOver = false
      change.then(
        () => {
          isOver = true
        },
        () => undefined,
      )
      while (!isOver && !(await isUnderWay())) await new Promise(setImmediate)
      const [outcome, closing] = await Promise.allSettled([change, store.close()])
      expect(closing).toMatchObject({ status: 'fulfilled' })
      const sql = `SELECT count(*)::INT AS n FROM ${stores.tableOf(store)}`
      const [found] = await stores.service.query(sql)
      if (outcome.status === 'fulfilled') expect(found).toEqual({ n: method === 'setMany' ? count : 0 })
    },
  )

  it('with a value that cannot be saved is not closed, and can be used on', async () => {
    for (const onRowError of ['abort', 'skip'] as const) {
      const store = stores.create({ onRowError })
      await store.set('good', 1)
      const { mend } = await setPoisoned(store, 'bad')
      await expect(store.close()).rejects.toMatchObject({
        code: 'PERSIST_ROW_REJECTED',
        rejection: { key: { key: 'bad' } },
      })
      await store.set('later', 1)
      await expect(store.close()).rejects.toMatchObject({ code: 'PERSIST_ROW_REJECTED' })
      mend()
      await store.close()
      await stores.expectStored(store, { good: 1, bad: { mended: true }, later: 1 })
    }
  })

  // What takes turns with the rest of the program, or waits for that, is refused where the store is closed meanwhile.
  const replacing: [string, (store: DuckDBStorageAdapter) => Promise<unknown>, 'made' | 'refused'][] = [
    ['batch()', (store) => store.batch([{ type: 'set', key: 'bad', value: 'good' }]), 'made'],
    ['set()', (store) => store.set('bad', 'good'), 'refused'],
    ['setMany()', (store) => store.setMany(new Map([['bad', 'good']])), 'refused'],
    ['delete()', (store) => store.delete('bad'), 'refused'],
  ]

  it.each(
    replacing.flatMap(([name, replace, end], at) =>
      (['abort', 'skip'] as const)
        .filter((_, turn) => isLong || (at + turn) % 2 === 0)
        .map((onRowError) => ({ name, onRowError, replace, end })),
    ),
  )(
    'is closed, or not, as a $name of before has taken away a value that cannot be saved: $onRowError',
    async ({ onRowError, replace, end }) => {
      const store = stores.create({ onRowError })
      const { mend } = await setPoisoned(store, 'bad')
      const many = store.setMany(numbered(100_000))
      // Waits for the call before it, which the close ends.
      const replaced = replace(store)
      while ((await store.size()) < 2) await new Promise(setImmediate)
      const [, ...settled] = await Promise.allSettled([many, replaced, store.close()])
      if (end === 'made') {
        expect(settled).toMatchObject([{ status: 'fulfilled' }, { status: 'fulfilled' }])
        const sql = `SELECT value::VARCHAR AS value FROM ${stores.tableOf(store)} WHERE key = 'bad'`
        expect(await stores.service.query(sql)).toEqual([{ value: '"good"' }])
      } else {
        const reasons = [{ code: 'PERSIST_CLOSED' }, { code: 'PERSIST_ROW_REJECTED' }]
        expect(settled).toMatchObject(reasons.map((reason) => ({ status: 'rejected', reason })))
        mend()
        await store.close()
      }
    },
  )

  it('gives up what is not saved where it is closed so', async () => {
    const store = stores.create()
    await store.set('saved', 1)
    await store.persist()
    await store.set('good', 1)
    await setPoisoned(store, 'bad')
    await expect(store.close()).rejects.toMatchObject({ code: 'PERSIST_ROW_REJECTED' })
    await store.close({ discardChanges: true })
    await stores.expectStored(store, { saved: 1 })
  })
})
