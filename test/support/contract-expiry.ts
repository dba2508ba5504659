import { describe, expect, it } from 'vitest'
import { collect, contents, type StoreUnderTest } from './store-under-test.js'

const later = { expiresInMs: 3_600_000 }
const over = { expiresInMs: 0 }

/** Keys that are gone after some time. */
export function describeExpiry(given: StoreUnderTest): void {
  describe('a key that expires', () => {
    it('is there until then, and nowhere from then on', async () => {
      await given.store.setMany([
        ['a', 1],
        ['c', 3],
      ])
      const end = Date.now() + 60
      await given.store.set('b', 2, { expiresInMs: 60 })
      const snapshot = given.store.snapshot()
      const isThere = await given.store.has('b')
      if (Date.now() < end) expect(isThere).toBe(true)
      while (Date.now() <= end) await new Promise((resolve) => setImmediate(resolve))
      for (const store of [given.store, snapshot]) {
        expect([await store.get('b'), await store.has('b')]).toEqual([undefined, false])
        expect((await collect(store.keys())).sort()).toEqual(['a', 'c'])
        expect(await collect(store.values({}))).toEqual([1, 3])
      }
      expect(given.store.peek('b')).toBeUndefined()
      expect(await given.store.size()).toBe(2)
      expect(await given.store.getMany(['a', 'b'])).toEqual(new Map([['a', 1]]))
      expect(await given.store.hasMany(['a', 'b'])).toEqual([true, false])
      expect(await given.store.delete('b')).toBe(false)
      expect(await contents(given.store)).toEqual(
        new Map([
          ['a', 1],
          ['c', 3],
        ]),
      )
    })

    it('that is over at once is what is not there, and can be set again', async () => {
      await given.store.set('k', 1)
      await given.store.set('k', 2, over)
      expect([await given.store.get('k'), await given.store.size()]).toEqual([undefined, 0])
      await given.store.batch([{ type: 'set', key: 'l', value: 1, ...over }])
      expect(await given.store.deleteMany(['k', 'l'])).toBe(0)
      await given.store.set('k', 3, later)
      expect([await given.store.get('k'), await given.store.size()]).toEqual([3, 1])
    })

    it('is kept for good when it is set again without a time, and set by a transaction as by itself', async () => {
      await given.store.set('k', 1, over)
      await given.store.set('k', 2)
      await given.store.transaction(async (inner) => {
        await inner.set('over', 1, over)
        await inner.set('later', new Uint8Array([1]), later)
        expect(await collect(inner.keys({}))).toEqual(['k', 'later'])
        expect(await inner.size()).toBe(2)
      })
      expect(await contents(given.store)).toEqual(
        new Map<string, unknown>([
          ['k', 2],
          ['later', new Uint8Array([1])],
        ]),
      )
    })

    it.each<[unknown, unknown]>([
      [{ expiresInMs: -1 }, RangeError],
      [{ expiresInMs: Number.NaN }, RangeError],
      [{ expiresInMs: Number.POSITIVE_INFINITY }, RangeError],
      [{ expiresInMs: '1' }, TypeError],
      [{ ttl: 1 }, TypeError],
      [5, TypeError],
      [null, TypeError],
    ])('is refused with %o', async (options, kind) => {
      await given.store.set('k', 1)
      await expect(given.store.set('k', 2, options as typeof later)).rejects.toThrow(kind as ErrorConstructor)
      expect(await given.store.get('k')).toBe(1)
    })

    it('can be one for longer than anyone lives', async () => {
      await given.store.set('k', 1, { expiresInMs: Number.MAX_VALUE })
      expect(await given.store.get('k')).toBe(1)
    })
  })
}
