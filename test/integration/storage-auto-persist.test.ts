import type { DuckDBStorageAdapter } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { contents, nextEvent, numbered, setPoisoned } from '../support/store-entries.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { TestStores } from '../support/test-stores.js'

const stores = new TestStores(temporaryFolder())

describe('autoPersist', () => {
  it('saves after so many changes', async () => {
    const store = stores.create({ autoPersist: { maxChanges: 5, maxDelayMs: 1e9 } })
    await store.setMany(numbered(4))
    await store.set('k0', 'again')
    expect(await stores.querySaved(store)).toEqual({})
    const persisted = nextEvent(store, 'persisted')
    await store.set('k4', { n: 4 })
    expect(await persisted).toMatchObject({ inserted: 5, updated: 0 })
    expect(await stores.querySaved(store)).toEqual(await contents(store))
  })

  it('saves after so long', async () => {
    const store = stores.create({ autoPersist: { maxDelayMs: 20 } })
    for (let round = 0; round < 3; round++) {
      const persisted = nextEvent(store, 'persisted')
      await store.set(`k${round}`, { n: round })
      expect(await persisted).toMatchObject({ inserted: 1 })
      expect(await stores.querySaved(store)).toEqual(Object.fromEntries(numbered(round + 1)))
    }
  })

  it('that is false saves nothing by itself', async () => {
    const store = stores.create()
    await store.setMany(numbered(20_000))
    expect(await stores.querySaved(store)).toEqual({})
    await store.close({ discardChanges: true })
    await stores.expectStored(store, {})
  })

  it('reports no save where persist() has left nothing to save', async () => {
    const store = stores.create({ autoPersist: { maxDelayMs: 20 } })
    const receipts: unknown[] = []
    store.on('persisted', (receipt) => receipts.push(receipt))
    await store.set('a', 1)
    await store.persist()
    const clock = stores.create({ autoPersist: { maxDelayMs: 100 } })
    const later = nextEvent(clock, 'persisted')
    await clock.set('a', 1)
    await later
    expect(receipts).toEqual([])
  })

  it('that fails tells so by an event, and the next persist() by rejecting once, after having saved', async () => {
    const store = stores.create({ autoPersist: { maxChanges: 2, maxDelayMs: 1e9 } })
    const { mend } = await setPoisoned(store, 'bad')
    const failed = nextEvent(store, 'persistError')
    await store.set('good', 1)
    const error = await failed
    expect(error).toMatchObject({ code: 'PERSIST_ROW_REJECTED', rejection: { key: { key: 'bad' } } })
    expect(await stores.querySaved(store)).toEqual({})
    mend()
    await expect(store.persist()).rejects.toBe(error)
    expect(await stores.querySaved(store)).toEqual({ good: 1, bad: { mended: true } })
    expect(await store.persist()).toMatchObject({ rows: 0 })
    await store.close()
  })

  it('that fails tells so by close(), which has saved and closed', async () => {
    const store = stores.create({ autoPersist: { maxChanges: 2, maxDelayMs: 1e9 } })
    const { mend } = await setPoisoned(store, 'bad')
    const failed = nextEvent(store, 'persistError')
    await store.set('good', 1)
    const error = await failed
    mend()
    await expect(store.close()).rejects.toBe(error)
    await stores.expectStored(store, { good: 1, bad: { mended: true } })
  })

  it('tries again by itself what has failed', async () => {
    const store = stores.create({ autoPersist: { maxDelayMs: 10 } })
    const { mend } = await setPoisoned(store, 'bad')
    await nextEvent(store, 'persistError')
    const persisted = nextEvent(store, 'persisted')
    mend()
    expect(await persisted).toMatchObject({ inserted: 1 })
    expect(await stores.querySaved(store)).toEqual({ bad: { mended: true } })
  })

  it("tries again by itself what was skipped with onRowError 'skip'", async () => {
    const store = stores.create({ autoPersist: { maxDelayMs: 10 }, onRowError: 'skip' })
    const { mend } = await setPoisoned(store, 'bad')
    expect(await nextEvent(store, 'persisted')).toMatchObject({ inserted: 0, rejected: 1 })
    const persisted = nextEvent(store, 'persisted')
    mend()
    expect(await persisted).toMatchObject({ inserted: 1 })
    await store.close()
  })
})

describe("durability 'each'", () => {
  it.each<[string, (store: DuckDBStorageAdapter) => Promise<unknown>, Record<string, unknown>]>([
    ['set', (store) => store.set('b', 2), { a: 1, b: 2 }],
    ['delete', (store) => store.delete('a'), {}],
    ['clear', (store) => store.clear(), {}],
    ['setMany', (store) => store.setMany([['b', 2]]), { a: 1, b: 2 }],
    ['deleteMany', (store) => store.deleteMany(['a']), {}],
    ['batch', (store) => store.batch([{ type: 'set', key: 'a', value: 2 }]), { a: 2 }],
    ['transaction', (store) => store.transaction((inner) => inner.set('a', 2)), { a: 2 }],
  ])('has committed when %s() resolves', async (_, change, expected) => {
    const store = stores.create({ durability: 'each' })
    await store.set('a', 1)
    expect(await stores.querySaved(store)).toEqual({ a: 1 })
    await change(store)
    expect(await stores.querySaved(store)).toEqual(expected)
  })

  it('lets 1,000 concurrent changes share few commits', async () => {
    const { service } = stores
    const store = stores.create({ durability: 'each' })
    await store.load()
    const before = service.stats().persisted
    await Promise.all([...numbered(1000)].map(([key, value]) => store.set(key, value)))
    expect(service.stats().persisted - before).toBeLessThanOrEqual(3)
    expect(await stores.querySaved(store)).toEqual(Object.fromEntries(numbered(1000)))
  })

  it('rejects a change that could not be committed, which stays due', async () => {
    const store = stores.create({ durability: 'each' })
    const value: Record<string, unknown> = { mended: true }
    const set = store.set('bad', value)
    value.self = value
    await expect(set).rejects.toMatchObject({ rejection: { key: { key: 'bad' } } })
    await expect(store.set('good', 1)).rejects.toMatchObject({ rejection: { key: { key: 'bad' } } })
    delete value.self
    await store.set('better', 1)
    expect(await stores.querySaved(store)).toEqual({ bad: { mended: true }, good: 1, better: 1 })
  })
})
