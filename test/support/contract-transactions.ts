import { describe, expect, it } from 'vitest'
import { collect, contents, numbers, type StoreUnderTest } from './store-under-test.js'

/** Transactions, and those inside of them. */
export function describeTransactions(given: StoreUnderTest): void {
  describe('a transaction', () => {
    it('resolves to what its work does, and makes its changes', async () => {
      await given.store.setMany(numbers(3))
      const result = await given.store.transaction(async (inner) => {
        await inner.set('k0', 'changed')
        await inner.delete('k1')
        await inner.set('new', 1)
        return 'result'
      })
      expect(result).toBe('result')
      expect(await contents(given.store)).toEqual(
        new Map<string, unknown>([
          ['k0', 'changed'],
          ['k2', 2],
          ['new', 1],
        ]),
      )
    })

    it('sees its own changes by every method, and nobody else does', async () => {
      await given.store.setMany(numbers(3))
      await given.store.transaction(async (inner) => {
        await inner.set('k0', 'changed')
        expect(await inner.delete('k1')).toBe(true)
        expect(await inner.delete('k1')).toBe(false)
        await inner.set('new', 1)
        const expected = new Map<string, unknown>([
          ['k0', 'changed'],
          ['k2', 2],
          ['new', 1],
        ])
        expect(new Map(await collect(inner.entries()))).toEqual(expected)
        expect(await inner.size()).toBe(3)
        expect(await inner.has('k1')).toBe(false)
        expect(await inner.get('k1')).toBeUndefined()
        expect(await inner.getMany(['k0', 'k1', 'k2', 'new'])).toEqual(expected)
        expect(await contents(given.store)).toEqual(new Map(numbers(3)))
        await inner.clear()
        expect(await inner.size()).toBe(0)
        expect(await inner.deleteMany(['k0', 'k2'])).toBe(0)
        await inner.set('k2', 'after')
        expect(await collect(inner.entries())).toEqual([['k2', 'after']])
        expect(await given.store.size()).toBe(3)
      })
      expect(await contents(given.store)).toEqual(new Map([['k2', 'after']]))
    })

    it('whose work rejects or throws makes none of its changes, and rejects with the same', async () => {
      await given.store.setMany(numbers(3))
      const thrown = new Error('thrown on purpose')
      const failing = [
        given.store.transaction(async (inner) => {
          await inner.clear()
          await inner.set('new', 1)
          throw thrown
        }),
        given.store.transaction(() => {
          throw thrown
        }),
      ]
      for (const transaction of failing) await expect(transaction).rejects.toBe(thrown)
      expect(await contents(given.store)).toEqual(new Map(numbers(3)))
    })

    it('with a value that is refused goes on without it', async () => {
      await given.store.transaction(async (inner) => {
        await inner.set('good', 1)
        await expect(inner.set('bad', undefined)).rejects.toThrow(/bad/)
      })
      expect(await contents(given.store)).toEqual(new Map([['good', 1]]))
    })

    it('can have others inside, each of which is made or not', async () => {
      await given.store.set('k', 0)
      await given.store.transaction(async (outer) => {
        await outer.set('outer', 1)
        await outer.transaction(async (inner) => {
          expect(await inner.get('outer')).toBe(1)
          await inner.set('inner', 2)
          await inner.delete('k')
          await inner.transaction((innermost) => innermost.set('innermost', 3))
        })
        const failed = outer.transaction(async (inner) => {
          await inner.clear()
          throw new Error('rolled back')
        })
        await expect(failed).rejects.toThrow('rolled back')
        expect(await outer.size()).toBe(3)
        expect(await contents(given.store)).toEqual(new Map([['k', 0]]))
      })
      expect(await contents(given.store)).toEqual(
        new Map([
          ['outer', 1],
          ['inner', 2],
          ['innermost', 3],
        ]),
      )
    })

    it('that is rolled back takes those inside with it', async () => {
      await given.store.set('k', 0)
      const failed = given.store.transaction(async (outer) => {
        await outer.transaction((inner) => inner.set('inner', 2))
        expect(await outer.get('inner')).toBe(2)
        throw new Error('rolled back')
      })
      await expect(failed).rejects.toThrow('rolled back')
      expect(await contents(given.store)).toEqual(new Map([['k', 0]]))
    })

    it('is refused on the store that it is on, from inside, and goes on', async () => {
      await given.store.transaction(async (inner) => {
        await inner.set('k', 1)
        await expect(given.store.transaction(async () => 1)).rejects.toThrow(TypeError)
      })
      expect(await given.store.get('k')).toBe(1)
    })

    it('that is over has a store that refuses to be used', async () => {
      const escaped = await given.store.transaction(async (inner) => inner)
      await expect(escaped.set('k', 1)).rejects.toThrow(TypeError)
      await expect(escaped.get('k')).rejects.toThrow(TypeError)
      await expect(escaped.transaction(async () => 1)).rejects.toThrow(TypeError)
      expect(await given.store.size()).toBe(0)
    })

    it('does not keep others from reading and changing the store meanwhile', async () => {
      await given.store.set('k', 0)
      await given.store.transaction(async (inner) => {
        await inner.set('inner', 1)
        await given.store.set('outside', 2)
        expect(await inner.get('outside')).toBe(2)
      })
      expect(await given.store.size()).toBe(3)
    })

    it.each<[string, unknown]>([
      ['undefined', undefined],
      ['a promise', Promise.resolve()],
    ])('is refused with %s as its work', async (_, work) => {
      await expect(given.store.transaction(work as never)).rejects.toThrow(TypeError)
    })

    it('can be started by what an earlier one has left running', async () => {
      let start: () => void = () => undefined
      const started = new Promise<void>((resolve) => {
        start = resolve
      })
      let later: Promise<void> | undefined
      await given.store.transaction(async () => {
        later = started.then(() => given.store.transaction((inner) => inner.set('later', 1)))
      })
      start()
      await later
      expect(await given.store.get('later')).toBe(1)
    })
  })
}
