import { DuckDBStorageAdapter, open } from 'duckpaddle'
import { describe, expect, it, vi } from 'vitest'
import { readDatabase } from '../support/read-database.js'
import { contents, nextEvent } from '../support/store-entries.js'
import { newDatabase, temporaryFolder } from '../support/temporary-folder.js'
import { TestStores } from '../support/test-stores.js'

const folder = temporaryFolder()
const stores = new TestStores(folder)

async function waitUntil(moment: number): Promise<void> {
  await vi.waitUntil(() => Date.now() > moment, { interval: 2, timeout: 60_000 })
}

/** Resolves to how many deletions the first automatic save has that has any. */
function deletionsOf(store: DuckDBStorageAdapter): Promise<number> {
  return new Promise((resolve) => {
    store.on('persisted', (receipt) => receipt.deleted > 0 && resolve(receipt.deleted))
  })
}

const later = { expiresInMs: 3_600_000 }

describe('after a restart', () => {
  it.each([false, true])('a key expires when it was to, with timestamps: %s', async (timestamps) => {
    const database = newDatabase(folder)
    const store = stores.create({ database, timestamps })
    const end = Date.now() + 400
    await store.set('soon', { n: 1 }, { expiresInMs: 400 })
    await store.set('later', { n: 2 }, later)
    await store.set('bytes', new Uint8Array([255]), later)
    await store.set('over', 3, { expiresInMs: 0 })
    await store.set('ever', 4)
    await store.close()
    const again = stores.again(store)
    const kept = { later: { n: 2 }, bytes: new Uint8Array([255]), ever: 4 }
    const found = await contents(again)
    if (Date.now() <= end) expect(found).toEqual({ soon: { n: 1 }, ...kept })
    await waitUntil(end)
    expect(await contents(again)).toEqual(kept)
    expect([await again.size(), await again.has('over')]).toEqual([3, false])
    await again.load()
    expect(await contents(again)).toEqual(kept)
  })

  it('bytes are the same, and so are objects that look like what stands for them', async () => {
    const values = {
      bytes: new Uint8Array([0, 1, 254, 255]),
      none: new Uint8Array(),
      many: new Uint8Array(100_000).map((_, index) => index),
      object: { $duckpaddle: { bytes: 'AQID' } },
      twice: { $duckpaddle: { value: { $duckpaddle: 1 } } },
      other: { $duckpaddle: { bytes: '?' }, a: {} },
      '': 'the empty key',
    }
    const store = stores.create()
    await store.setMany(Object.entries(values))
    await store.set('part', Buffer.from('abc').subarray(1))
    await store.close()
    const again = stores.again(store)
    expect(await contents(again)).toEqual({ ...values, part: new Uint8Array([98, 99]) })
    for (const [key] of Object.entries(values)) await again.set(key, (await again.get(key)) as object)
    await again.close()
    const third = stores.again(store)
    expect(await contents(third)).toEqual({ ...values, part: new Uint8Array([98, 99]) })
    expect(Object.getPrototypeOf(await third.get('part'))).toBe(Uint8Array.prototype)
  })

  it('what is nested as deep as may be is there, also where it expires', async () => {
    let deep: unknown = 1
    for (let level = 0; level < 1000; level++) deep = [deep]
    const store = stores.create()
    await store.set('deep', deep, later)
    await store.close()
    const again = stores.again(store)
    expect(await again.load()).toEqual({ entries: 1, unreadable: [] })
    expect(JSON.stringify(await again.get('deep'))).toBe(JSON.stringify(deep))
  })
})

describe('a table of other origin', () => {
  it('has the empty string as a key, and values that only look like an envelope as they are', async () => {
    const tableName = stores.newTable()
    const values = [
      ['', '"empty"'],
      ['1', '{"$duckpaddle":1}'],
      ['2', '{"$duckpaddle":{"value":1,"b":{}}}'],
      ['3', '{"$duckpaddle":{"value":1},"b":{}}'],
      ['4', '{ "$duckpaddle":{"value":1}}'],
      ['5', '{"$duckpaddle":{"bytes":"A"}}'],
      ['6', '{"$duckpaddle":{"expiresAt":99999999999999,"value":{"n":1}}}'],
    ]
    await stores.service.run(`CREATE TABLE ${tableName} (key VARCHAR, value VARCHAR)`)
    for (const row of values) await stores.service.run(`INSERT INTO ${tableName} VALUES (?, ?)`, row)
    const store = stores.create({ tableName })
    const expected = Object.fromEntries(values.map(([key = '', text = '']) => [key, JSON.parse(text)]))
    expect(await contents(store)).toEqual({ ...expected, 6: { n: 1 } })
    await store.set('bytes', new Uint8Array([1]))
    await store.set('soon', 1, later)
    await store.close()
    expect(await contents(stores.again(store))).toEqual({
      ...expected,
      6: { n: 1 },
      bytes: new Uint8Array([1]),
      soon: 1,
    })
  })
})

describe('what has expired', () => {
  it('is deleted in the background, and the deletions are saved', async () => {
    const database = newDatabase(folder)
    const store = stores.create({ database, autoPersist: { maxDelayMs: 10 } })
    const deleted = deletionsOf(store)
    await store.setMany([['ever', 1]])
    const operations = Array.from(
      { length: 100 },
      (_, n) => ({ type: 'set', key: `k${n}`, value: n, expiresInMs: n }) as const,
    )
    await store.batch(operations)
    await store.persist()
    expect(await deleted).toBe(100)
    const sql = 'SELECT key FROM storage'
    expect(await store.query(sql)).toEqual([{ key: 'ever' }])
    await store.close()
    expect(await readDatabase(database, sql)).toEqual([{ key: 'ever' }])
  })

  it('is deleted where it was read from the database', async () => {
    const store = stores.create()
    await store.batch([{ type: 'set', key: 'k', value: 1, expiresInMs: 0 }])
    await store.close()
    const again = stores.again(store, { autoPersist: { maxDelayMs: 0 } })
    await again.load()
    expect(await nextEvent(again, 'persisted')).toMatchObject({ deleted: 1 })
    expect(await stores.querySaved(again)).toEqual({})
  })

  it('is not deleted where the store is closed meanwhile, and is not there the next time', async () => {
    const store = stores.create()
    await store.set('k', 1, { expiresInMs: 1 })
    await store.close()
    await waitUntil(Date.now() + 5)
    const again = stores.again(store)
    expect(await again.size()).toBe(0)
    await again.close()
    await expect(again.get('k')).rejects.toMatchObject({ code: 'PERSIST_CLOSED' })
    expect(() => again.peek('k')).toThrow(/closed/)
  })

  it('stays in a database that is read-only, and close() has nothing to save', async () => {
    const path = newDatabase(folder)
    const writer = new DuckDBStorageAdapter({ database: path })
    await writer.batch([{ type: 'set', key: 'k', value: 1, expiresInMs: 0 }])
    await writer.set('ever', 1)
    await writer.close()
    const service = await open(path, { readOnly: true })
    const reader = new DuckDBStorageAdapter({ database: service, autoPersist: { maxDelayMs: 0 } })
    const errors: unknown[] = []
    reader.on('persistError', (error) => errors.push(error))
    expect(await contents(reader)).toEqual({ ever: 1 })
    // A store that can be swept, and is so after this one would have been.
    const beside = stores.create({ autoPersist: { maxDelayMs: 0 } })
    const swept = deletionsOf(beside)
    await beside.set('k', 1, { expiresInMs: 0 })
    await beside.persist()
    expect(await swept).toBe(1)
    expect(await contents(reader)).toEqual({ ever: 1 })
    await reader.close()
    await service.close()
    expect(errors).toEqual([])
  })
})

describe('a range that is cleared', () => {
  it.each([10, 20_000])(
    'is what is saved of it where the store is closed right after: of %i entries',
    async (count) => {
      const store = stores.create()
      await store.setMany(
        Array.from({ length: count }, (_, n) => [`${n % 2 === 0 ? 'even' : 'odd'} ${n}`, n]),
      )
      await store.persist()
      const clearing = store.clear({ prefix: 'odd', gt: 'odd 1' }).catch(({ code }) => code)
      await store.close()
      const outcome = await clearing
      const left = await stores.again(store).size()
      // Of very many, it takes turns, and is refused as a whole or in part.
      if (count > 10) expect([undefined, 'PERSIST_CLOSED']).toContain(outcome)
      else expect([outcome, left]).toEqual([undefined, count / 2 + 1])
    },
  )

  it('has its place among other calls while it takes turns', async () => {
    const store = stores.create()
    await store.setMany(Array.from({ length: 20_000 }, (_, n) => [`k${n}`, n]))
    void store.clear({ prefix: 'k1' })
    void store.set('k1', 'again')
    void store.clear({ gte: 'k2', lt: 'k9' })
    void store.set('k2', 'again')
    await store.clear({ gt: 'k2', limit: 1 })
    await store.close()
    const saved = Object.keys(await contents(stores.again(store))).sort()
    expect(saved.slice(0, 5)).toEqual(['k0', 'k1', 'k2', 'k90', 'k900'])
  })
})

describe('a store that is not open', () => {
  it('has nothing to peek at, and no snapshot', async () => {
    const store = stores.create()
    expect(() => store.peek('k')).toThrow(expect.objectContaining({ code: 'PERSIST_CLOSED' }))
    expect(() => store.snapshot()).toThrow(expect.objectContaining({ code: 'PERSIST_CLOSED' }))
    await store.set('k', 1)
    const snapshot = store.snapshot()
    expect(store.peek('k')).toBe(1)
    await store.close()
    expect(await snapshot.get('k')).toBe(1)
  })
})
