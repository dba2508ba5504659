import { describe, expect, it } from 'vitest'
import { collect, contents, numbers, type StoreUnderTest } from './store-under-test.js'

/** Iterations, and calls at the same time. */
export function describeIterations(given: StoreUnderTest): void {
  describe('an iteration', () => {
    it('gives keys, values and entries, the store itself too', async () => {
      await given.store.setMany(numbers(3))
      expect((await collect(given.store.keys())).sort()).toEqual(['k0', 'k1', 'k2'])
      expect((await collect(given.store.values())).sort()).toEqual([0, 1, 2])
      expect(new Map(await collect(given.store))).toEqual(new Map(numbers(3)))
    })

    it('of an empty store ends at once', async () => {
      expect(await collect(given.store.keys())).toEqual([])
    })

    it.each<[string, (key: string) => Promise<unknown>]>([
      ['each visited key is set anew', (key) => given.store.set(key, 'changed')],
      ['each visited key is deleted', (key) => given.store.delete(key)],
      ['a new key is set for each that is visited', (key) => given.store.set(`${key} new`, 1)],
      ['all keys are set anew', () => given.store.setMany([...numbers(20)].map(([key]) => [key, 'changed']))],
      ['all keys are deleted', () => given.store.deleteMany([...numbers(20)].map(([key]) => key))],
      ['the store is cleared', () => given.store.clear()],
      [
        'each key is deleted and set again',
        async (key) => {
          await given.store.delete(key)
          await given.store.set(key, 'again')
        },
      ],
      [
        'the store is cleared and filled again',
        async () => {
          await given.store.clear()
          await given.store.setMany([...numbers(40)].map(([key]) => [key, 'again']))
        },
      ],
      ['a transaction changes it', (key) => given.store.transaction((inner) => inner.set(key, 'changed'))],
      [
        'a batch replaces all',
        (key) => given.store.batch([{ type: 'clear' }, { type: 'set', key, value: 9 }]),
      ],
    ])('gives the entries as they were at its start while %s', async (_, change) => {
      await given.store.setMany(numbers(20))
      const visited = new Map<string, unknown>()
      let visits = 0
      for await (const [key, value] of given.store.entries()) {
        expect(++visits).toBeLessThanOrEqual(20)
        visited.set(key, value)
        await change(key)
      }
      expect(visited).toEqual(new Map(numbers(20)))
      expect((await contents(given.store)).size).toBe(await given.store.size())
    })

    it('is not disturbed by others that start and end at other times', async () => {
      await given.store.setMany(numbers(6))
      const early = given.store.entries()
      const seenEarly = [(await early.next()).value, (await early.next()).value]
      await given.store.delete('k4')
      await given.store.set('k6', 6)
      const late = given.store.entries()
      const seenLate = [(await late.next()).value]
      await given.store.set('k4', 'again')
      await given.store.delete('k5')
      const abandoned = given.store.entries()
      await abandoned.next()
      await abandoned.return(undefined)
      const second = await contents(given.store)
      await given.store.clear()
      seenEarly.push(...(await collect(early)))
      seenLate.push(...(await collect(late)))
      const entries = (seen: unknown[]) => new Map(seen as [string, unknown][])
      expect(seenEarly).toHaveLength(6)
      expect(entries(seenEarly)).toEqual(new Map(numbers(6)))
      const expectedLate = new Map<string, unknown>(numbers(7))
      expectedLate.delete('k4')
      expect(seenLate).toHaveLength(6)
      expect(entries(seenLate)).toEqual(expectedLate)
      expectedLate.set('k4', 'again').delete('k5')
      expect(second).toEqual(expectedLate)
    })

    it('that is left early leaves the store as usable as before', async () => {
      await given.store.setMany(numbers(10))
      for await (const _ of given.store.keys()) break
      await given.store.delete('k0')
      await given.store.set('k0', 'again')
      expect((await contents(given.store)).get('k0')).toBe('again')
      expect(await given.store.size()).toBe(10)
    })
  })

  describe('concurrent use', () => {
    it('makes changes in the order of their calls', async () => {
      const calls = Array.from({ length: 200 }, (_, value) => given.store.set('k', value))
      calls.push(given.store.clear(), given.store.set('k', 'last'))
      await Promise.all(calls)
      expect(await contents(given.store)).toEqual(new Map([['k', 'last']]))
    })

    it('loses nothing', async () => {
      await Promise.all(Array.from({ length: 500 }, (_, index) => given.store.set(`k${index}`, index)))
      expect(await contents(given.store)).toEqual(new Map(numbers(500)))
      const deletions = Array.from({ length: 500 }, (_, index) => given.store.delete(`k${index % 250}`))
      expect((await Promise.all(deletions)).filter(Boolean)).toHaveLength(250)
      expect(await given.store.size()).toBe(250)
    })

    it('of transactions lets one see all that the one before it did', async () => {
      await given.store.set('count', 0)
      const increment = () =>
        given.store.transaction(async (inner) => {
          const count = (await inner.get('count')) as number
          await Promise.resolve()
          await inner.set('count', count + 1)
        })
      await Promise.all(Array.from({ length: 50 }, increment))
      expect(await given.store.get('count')).toBe(50)
    })
  })
}
