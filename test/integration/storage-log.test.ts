import { describe, expect, it } from 'vitest'
import { contents, numbered } from '../support/store-entries.js'
import { temporaryFolder } from '../support/temporary-folder.js'
import { TestStores } from '../support/test-stores.js'

const stores = new TestStores(temporaryFolder())

describe('the log', () => {
  it('is folded when it is long, and the view is right all the while', async () => {
    const store = stores.create()
    await store.load()
    const model = new Map<string, unknown>()
    let saved = 0
    let mostRows = 0
    for (let round = 0; saved < 65_000; round++) {
      if (round === 11) {
        await store.clear()
        model.clear()
      }
      for (let index = 0; index < 2500; index++) {
        const key = `k${(round * 997 + index * 3) % 4000}`
        const isDeleted = index % 7 === 0
        if (isDeleted) model.delete(key)
        else model.set(key, round * 10_000 + index)
        await (isDeleted ? store.delete(key) : store.set(key, round * 10_000 + index))
      }
      saved += (await store.persist()).rows
      expect(await stores.querySaved(store)).toEqual(Object.fromEntries(model))
      const [log] = await store.query<{ n: number }>(
        `SELECT count(*)::INT AS n FROM __duckpaddle_${stores.tableOf(store)}_log`,
      )
      mostRows = Math.max(mostRows, log?.n ?? 0)
    }
    expect(mostRows).toBeGreaterThan(15_000)
    expect(mostRows).toBeLessThan(25_000)
    await store.close()
    await stores.expectStored(store, Object.fromEntries(model))
    const restarted = stores.again(store)
    expect(await contents(restarted)).toEqual(Object.fromEntries(model))
  })

  it('of a single save that is longer is folded before the next', async () => {
    const store = stores.create()
    await store.setMany(numbered(30_000))
    await store.persist()
    await store.set('k0', 'after')
    await store.delete('k1')
    await store.persist()
    const table = stores.tableOf(store)
    const counts = `SELECT (SELECT count(*)::INT FROM __duckpaddle_${table}_log) AS log,
      (SELECT count(*)::INT FROM __duckpaddle_${table}_base) AS base, (SELECT count(*)::INT FROM ${table}) AS entries`
    expect(await store.query(counts)).toEqual([{ log: 2, base: 30_000, entries: 29_999 }])
    await store.close()
    const { k1: _, ...others } = Object.fromEntries(numbered(30_000))
    await stores.expectStored(store, { ...others, k0: 'after' })
  })
})
