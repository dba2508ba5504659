import type { PersistenceError } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { contents, numbered, setPoisoned } from '../support/store-entries.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { TestStores } from '../support/test-stores.js'

const stores = new TestStores(temporaryFolder())

describe('persist()', () => {
  it('saves what there is at the moment of the call; what is set meanwhile belongs to the next', async () => {
    const store = stores.create()
    await store.set('a', 1)
    await store.set('c', 1)
    const persisting = store.persist()
    await store.set('a', 2)
    await store.set('b', 1)
    await store.delete('c')
    expect(await persisting).toMatchObject({ rows: 2, inserted: 2, updated: 0, deleted: 0 })
    expect(await stores.querySaved(store)).toEqual({ a: 1, c: 1 })
    expect(await store.persist()).toMatchObject({ rows: 3, inserted: 1, updated: 1, deleted: 1 })
    expect(await stores.querySaved(store)).toEqual({ a: 2, b: 1 })
  })

  it('saves nothing where nothing was changed before it, whatever is changed right after', async () => {
    const store = stores.create()
    await store.set('a', 1)
    await store.persist()
    const persisting = store.persist()
    const setting = store.set('a', 2)
    expect(await persisting).toMatchObject({ rows: 0 })
    await setting
    expect(await stores.querySaved(store)).toEqual({ a: 1 })
    expect(await store.persist()).toMatchObject({ rows: 1, updated: 1 })
  })

  it('counts keys by what became of them', async () => {
    const store = stores.create()
    const counts = async () => {
      const { rows, inserted, updated, deleted, rejected } = await store.persist()
      expect(rows).toBe(inserted + updated + deleted + rejected)
      return { inserted, updated, deleted, rejected }
    }
    const none = { inserted: 0, updated: 0, deleted: 0, rejected: 0 }
    expect(await counts()).toEqual(none)
    await store.setMany(numbered(4))
    await store.set('k0', 'twice')
    expect(await counts()).toEqual({ ...none, inserted: 4 })
    await store.set('k0', 2)
    await store.delete('k1')
    await store.set('new', 1)
    expect(await counts()).toEqual({ inserted: 1, updated: 1, deleted: 1, rejected: 0 })
    expect(await counts()).toEqual(none)
    await store.set('came and went', 1)
    await store.delete('came and went')
    await store.delete('never there')
    expect(await counts()).toEqual(none)
    await store.delete('k2')
    await store.set('k2', 'again')
    expect(await counts()).toEqual({ ...none, updated: 1 })
    await store.set('lost', 1)
    await store.clear()
    await store.set('k3', 'after')
    expect(await counts()).toEqual({ ...none, inserted: 1, deleted: 1 })
    await store.close()
    const again = stores.again(store)
    await again.set('k3', 'other')
    await again.set('k4', 1)
    expect(await again.persist()).toMatchObject({ inserted: 1, updated: 1, deleted: 0 })
    await again.close()
    await stores.expectStored(again, { k3: 'other', k4: 1 })
  })

  it('called again meanwhile joins where nothing has changed, and queues where something has', async () => {
    const { service } = stores
    const store = stores.create()
    await store.set('a', 1)
    const before = service.stats().persisted
    const first = store.persist()
    const joined = store.persist()
    await store.set('b', 1)
    const second = store.persist()
    await store.set('c', 1)
    await store.set('d', 1)
    const third = store.persist()
    const receipts = await Promise.all([first, joined, second, third])
    expect(receipts.map(({ inserted }) => inserted)).toEqual([1, 1, 1, 2])
    expect(service.stats().persisted - before).toBe(3)
    expect(await stores.querySaved(store)).toEqual({ a: 1, b: 1, c: 1, d: 1 })
  })

  it('called with every change forgets none', async () => {
    const store = stores.create()
    const calls: Promise<unknown>[] = []
    for (const [key, value] of numbered(300)) {
      await store.set(key, value)
      if (value.n % 3 === 0) await store.delete(`k${value.n - 1}`)
      if (value.n === 150) await store.clear()
      calls.push(store.persist())
    }
    await Promise.all(calls)
    expect(await store.persist()).toMatchObject({ rows: 0 })
    expect(await stores.querySaved(store)).toEqual(await contents(store))
  })

  it("with onRowError 'abort' names the key of a bad value, saves nothing, and all of it once that is mended", async () => {
    const store = stores.create()
    await store.set('before', 1)
    await store.persist()
    await store.set('good', 1)
    await store.delete('before')
    const { mend } = await setPoisoned(store, 'bad')
    for (let attempt = 0; attempt < 2; attempt++) {
      const error: PersistenceError = await store.persist().then(
        () => expect.fail('saved'),
        (reason) => reason,
      )
      expect(error).toMatchObject({ code: 'PERSIST_ROW_REJECTED', rejection: { key: { key: 'bad' } } })
      expect(error.message).toContain('bad')
      expect(await stores.querySaved(store)).toEqual({ before: 1 })
    }
    expect(await contents(store)).toMatchObject({ good: 1, bad: {} })
    mend()
    expect(await store.persist()).toMatchObject({ inserted: 2, deleted: 1 })
    expect(await stores.querySaved(store)).toEqual({ good: 1, bad: { mended: true } })
  })

  it("with onRowError 'skip' saves the others; what was skipped stays due", async () => {
    const store = stores.create({ onRowError: 'skip' })
    await store.set('old', 1)
    await store.persist()
    await store.set('good', 1)
    const bad = await setPoisoned(store, 'bad')
    const old = await setPoisoned(store, 'old')
    const receipt = await store.persist()
    expect(receipt).toMatchObject({ rows: 3, inserted: 1, updated: 0, deleted: 0, rejected: 2 })
    expect(receipt.rejections.map(({ key }) => key)).toEqual(
      expect.arrayContaining([{ key: 'bad' }, { key: 'old' }]),
    )
    expect(await stores.querySaved(store)).toEqual({ old: 1, good: 1 })
    expect(await store.persist()).toMatchObject({ rows: 2, rejected: 2 })
    bad.mend()
    old.mend()
    expect(await store.persist()).toMatchObject({ inserted: 1, updated: 1, rejected: 0 })
    expect(await stores.querySaved(store)).toEqual({ old: { mended: true }, good: 1, bad: { mended: true } })
    expect(await store.persist()).toMatchObject({ rows: 0 })
  })

  it.each(['abort', 'skip'] as const)(
    'that fails (%s) is over once its bad value is set anew, deleted or cleared',
    async (onRowError) => {
      const store = stores.create({ onRowError })
      const fails = async () => {
        const result = await store.persist().then(
          ({ rejected }) => rejected > 0,
          () => true,
        )
        expect(result).toBe(true)
      }
      await setPoisoned(store, 'bad')
      await fails()
      await store.set('bad', 'anew')
      expect(await store.persist()).toMatchObject({ inserted: 1, updated: 0 })
      await setPoisoned(store, 'bad')
      await fails()
      await store.delete('bad')
      expect(await store.persist()).toMatchObject({ rows: 1, deleted: 1 })
      await setPoisoned(store, 'bad')
      await fails()
      await store.delete('bad')
      expect(await store.persist()).toMatchObject({ rows: 0 })
      await setPoisoned(store, 'bad')
      await fails()
      await store.clear()
      await store.set('a', 1)
      expect(await store.persist()).toMatchObject({ deleted: 1, inserted: 1 })
      expect(await stores.querySaved(store)).toEqual({ a: 1 })
    },
  )

  it('that fails while others wait forgets nothing of what they were to save', async () => {
    const store = stores.create()
    await store.set('a', 1)
    const { mend } = await setPoisoned(store, 'bad')
    const first = store.persist()
    await store.set('a', 2)
    await store.set('b', 1)
    const second = store.persist()
    await store.set('a', 3)
    await store.set('c', 1)
    const results = await Promise.allSettled([first, second])
    expect(results[0]).toMatchObject({ status: 'rejected', reason: { code: 'PERSIST_ROW_REJECTED' } })
    mend()
    expect((await store.persist()).rejected).toBe(0)
    expect(await stores.querySaved(store)).toEqual({ a: 3, b: 1, c: 1, bad: { mended: true } })
  })
})
