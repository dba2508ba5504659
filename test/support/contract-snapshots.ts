import type { StoreSnapshot } from 'duckpaddle'
import { describe, expect, it } from 'vitest'
import { collect, contents, numbers, type StoreUnderTest } from './store-under-test.js'

/** Snapshots to read from. */
export function describeSnapshots(given: StoreUnderTest): void {
  describe('a snapshot', () => {
    it.each([
      ['before it is asked for a range', false],
      ['after it was asked for one', true],
    ])('of a store %s has what the store had, whatever changes', async (_, isAsked) => {
      await given.store.setMany(numbers(20))
      if (isAsked) await collect(given.store.keys({ limit: 1 }))
      const snapshot = given.store.snapshot()
      await given.store.set('k3', 'changed')
      await given.store.delete('k4')
      await given.store.set('k40', 'new')
      await given.store.transaction((inner) => inner.setMany([['k5', 'changed']]))
      const check = async () => {
        expect(await snapshot.get('k3')).toBe(3)
        expect(await snapshot.get('k4')).toBe(4)
        expect([snapshot.peek('k4'), snapshot.peek('k40')]).toEqual([4, undefined])
        expect(await snapshot.get('k40')).toBeUndefined()
        expect([await snapshot.has('k4'), await snapshot.has('k40')]).toEqual([true, false])
        expect(new Map(await collect(snapshot))).toEqual(new Map(numbers(20)))
        expect((await collect(snapshot.keys())).length).toBe(20)
        expect(await collect(snapshot.values({ prefix: 'k1', limit: 3 }))).toEqual([1, 10, 11])
        expect(await collect(snapshot.entries({ gte: 'k3', lt: 'k5' }))).toEqual([
          ['k3', 3],
          ['k4', 4],
        ])
      }
      await check()
      await given.store.clear()
      await given.store.set('k3', 'after')
      await check()
      snapshot.close()
      expect(await contents(given.store)).toEqual(new Map([['k3', 'after']]))
    })

    it('is independent of others', async () => {
      const snapshots: StoreSnapshot[] = []
      for (let count = 0; count < 5; count++) {
        snapshots.push(given.store.snapshot())
        await given.store.set(`k${count}`, count)
        await given.store.delete(`k${count - 2}`)
        snapshots[count - 2]?.close()
      }
      expect(await collect((snapshots[3] ?? given.store).keys({}))).toEqual(['k1', 'k2'])
      expect(await collect((snapshots[4] ?? given.store).keys())).toEqual(['k2', 'k3'])
      expect(() => snapshots[4]?.keys({ gt: 1 as never })).toThrow(TypeError)
    })
  })
}
